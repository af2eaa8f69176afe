package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for tokens. The secret of a new token is all that goes to the standard output, so it can go to a file. */
@Command(
        name = "token",
        addMethodSubcommands = false,
        description =
                "Issues, lists and revokes the tokens with which people and programs use the manager's API, and lists"
                        + " and ends the sessions of browsers.")
final class TokenCommand extends ManagerCommand {
    private static final String TOKENS = "/api/v1/tokens";
    private static final String SESSIONS = "/api/v1/sessions";

    @Command(
            name = "bootstrap",
            description =
                    "Issues the first token of an administrator and prints it. It is not shown again. Refused if an"
                            + " administrator has a token.")
    int bootstrap(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        return print(manager().post(TOKENS + "/bootstrap", ""), output.output());
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
                    int days,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        order.put("name", name).put("role", role).put("expiresInDays", days);
        return print(manager().post(TOKENS, order.toString()), output.output());
    }

    private static int print(ManagerApiClient.Response issued, Output form) throws CommandFailed {
        JsonNode token = ManagerApiClient.json(issued);
        form.item(issued.body(), (out, same) -> out.println(token.path("secret").asText()));
        form.context()
                .err()
                .println("token " + token.path("name").asText() + " has the role "
                        + token.path("role").asText() + " until "
                        + Times.minute(token.path("expiresAt").asText())
                        + "; keep it in a file that only its user may read, and name that file with --token-file or"
                        + " REBALANCER_TOKEN_FILE");
        return ExitCode.DONE.code();
    }

    @Command(name = "list", description = "Lists all tokens, oldest first. Their secrets are not stored.")
    int list(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        TOKENS,
                        "tokens",
                        new Table()
                                .text("NAME", "name")
                                .text("ROLE", "role")
                                .text("STATUS", "status")
                                .text(
                                        "EXPIRES",
                                        token -> Times.minute(
                                                token.path("expiresAt").asText()))
                                .text(
                                        "LAST USED",
                                        token -> token.path("lastUsedOn").asText("never"))
                                .text("ID", "id"),
                        "no token was issued; " + LegacyUsage.PROGRAM + " token bootstrap issues the first one");
        return ExitCode.DONE.code();
    }

    @Command(name = "whoami", description = "Shows as whom, and with which role, the manager takes this command line.")
    int whoami(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .item(
                        manager().get("/api/v1/session").body(),
                        (out, sender) -> out.println(sender.path("user").asText("no user, because no login is needed")
                                + ", with the role " + sender.path("role").asText()));
        return ExitCode.DONE.code();
    }

    @Command(name = "revoke", description = "Revokes a token: from now on it is refused, and its event streams end.")
    int revoke(
            @Parameters(paramLabel = "<id>", description = "id of the token, as token list shows it") String id,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output()
                .item(
                        manager()
                                .delete(TOKENS + "/" + ManagerApiClient.segment(id))
                                .body(),
                        (out, revoked) ->
                                out.println("token " + revoked.path("name").asText() + " is "
                                        + revoked.path("status").asText()));
        return ExitCode.DONE.code();
    }

    @Command(name = "sessions", description = "Lists the logins of browsers of all users, oldest first.")
    int sessions(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        SESSIONS,
                        "sessions",
                        new Table()
                                .text("USER", "user")
                                .text("ROLE", "role")
                                .text("SINCE", session -> time(session, "startedAt"))
                                .text("LAST USED", session -> time(session, "lastUsedAt"))
                                .text("EXPIRES", session -> time(session, "expiresAt"))
                                .text("ID", "id"),
                        "no browser is logged in");
        return ExitCode.DONE.code();
    }

    private static String time(JsonNode session, String member) {
        return Times.minute(session.path(member).asText("-"));
    }

    @Command(
            name = "end-session",
            description =
                    "Ends the login of a browser: its requests are refused, and its event streams end. Its user can"
                            + " log in again.")
    int endSession(
            @Parameters(paramLabel = "<id>", description = "id of the session, as token sessions shows it") String id,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output()
                .item(
                        manager()
                                .delete(SESSIONS + "/" + ManagerApiClient.segment(id))
                                .body(),
                        (out, ended) -> out.println(
                                "the session of " + ended.path("user").asText() + " has ended"));
        return ExitCode.DONE.code();
    }
}
