package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for tokens. The secret of a new token is all that goes to the standard output, so it can go to a file. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Issues, lists and revokes the tokens with which people and programs use the manager's API.")
final class TokenCommand extends ManagerCommand {
    private static final String TOKENS = "/api/v1/tokens";
    private static final String LINE = "%-24s %-8s %-8s %-20s %-12s %s%n";

    @Command(
            name = "bootstrap",
            description =
                    "Issues the first token of an administrator and prints it. It is not shown again. Refused if an"
                            + " administrator has a token.")
    int bootstrap() throws CommandFailed, InterruptedException {
        return print(ManagerApiClient.json(manager().post(TOKENS + "/bootstrap", "")));
    }

    @Command(name = "create", description = "Issues a token and prints it. It is not shown again.")
    int create(
            @Parameters(paramLabel = "<name>", description = "what people call the token; the audit log shows it")
                    String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description =
                                    "viewer reads; operator also controls jobs, plans, settings and storage nodes;"
                                            + " admin also issues tokens and removes members of the cluster")
                    String role,
            @Option(
                            names = "--expires-in-days",
                            defaultValue = "90",
                            paramLabel = "DAYS",
                            description = "1 to 3650 (default: ${DEFAULT-VALUE})")
                    int days)
            throws CommandFailed, InterruptedException {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        order.put("name", name).put("role", role).put("expiresInDays", days);
        return print(ManagerApiClient.json(manager().post(TOKENS, order.toString())));
    }

    private int print(JsonNode token) {
        spec.commandLine().getOut().println(token.path("secret").asText());
        spec.commandLine()
                .getErr()
                .println("token " + token.path("name").asText() + " has the role "
                        + token.path("role").asText() + " until "
                        + token.path("expiresAt").asText()
                        + "; keep it in a file that only its user may read, and name that file with --token-file or"
                        + " REBALANCER_TOKEN_FILE");
        return 0;
    }

    @Command(name = "list", description = "Lists all tokens, oldest first. Their secrets are not stored.")
    int list() throws CommandFailed, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        JsonNode tokens = ManagerApiClient.json(manager().get(TOKENS)).path("tokens");
        if (tokens.isEmpty()) {
            out.println("no token was issued; rebalancer-adm token bootstrap issues the first one");
            return 0;
        }
        out.printf(LINE, "NAME", "ROLE", "STATUS", "EXPIRES", "LAST USED", "ID");
        for (JsonNode token : tokens) {
            out.printf(
                    LINE,
                    token.path("name").asText(),
                    token.path("role").asText(),
                    token.path("status").asText(),
                    token.path("expiresAt").asText().replaceAll("\\.[0-9]+Z$", "Z"),
                    token.path("lastUsedOn").asText("never"),
                    token.path("id").asText());
        }
        return 0;
    }

    @Command(name = "revoke", description = "Revokes a token: from now on it is refused, and its event streams end.")
    int revoke(@Parameters(paramLabel = "<id>", description = "id of the token, as token list shows it") String id)
            throws CommandFailed, InterruptedException {
        String path = TOKENS + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        JsonNode revoked = ManagerApiClient.json(manager().delete(path));
        spec.commandLine()
                .getOut()
                .println("token " + revoked.path("name").asText() + " is "
                        + revoked.path("status").asText());
        return 0;
    }
}
