package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls the HTTP API of a manager, or of the next one if a manager can't be reached. A status other than 2xx becomes a
 * {@link CommandFailed} with the manager's message.
 */
final class ManagerApiClient {
    static final ObjectMapper JSON = new ObjectMapper();

    /** Begins the message for a failure without a problem document, as in the legacy tool. */
    static final String PLAIN_RESPONSE = "Server response: ";

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int UNAVAILABLE = 503;

    private final ManagerConnections managers;
    private final Optional<String> token;

    /**
     * @param managers base URLs, without a path, in the order in which they are tried
     * @param token empty if the managers need none
     */
    ManagerApiClient(ManagerConnections managers, Optional<String> token) {
        this.managers = managers;
        this.token = token;
    }

    /**
     * A response of the manager.
     *
     * @param server name and version of the manager, from the header {@code Server}
     */
    record Response(String server, String body) {}

    /** A response with any status. */
    record Answer(HttpCall.Reply reply, String body) {
        int status() {
            return reply.status();
        }

        boolean isSuccess() {
            return reply.isSuccess();
        }
    }

    /** A text as the value of a parameter. */
    static String parameter(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** A text, such as an id that an operator has typed, as one segment of a path. */
    static String segment(String text) {
        return parameter(text).replace("+", "%20");
    }

    /** Parses the body of a response. */
    static JsonNode json(Response response) throws CommandFailed {
        return json(response.body());
    }

    /** Parses a body. */
    static JsonNode json(String body) throws CommandFailed {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new CommandFailed("Failed to parse response body: " + e.getOriginalMessage());
        }
    }

    Response get(String path) throws CommandFailed, InterruptedException {
        return succeeded(answer("GET", path, ""));
    }

    Response post(String path, String body) throws CommandFailed, InterruptedException {
        return succeeded(tryPost(path, body));
    }

    Response put(String path, String body) throws CommandFailed, InterruptedException {
        return succeeded(answer("PUT", path, body));
    }

    Response patch(String path, String body) throws CommandFailed, InterruptedException {
        return succeeded(answer("PATCH", path, body));
    }

    Response delete(String path) throws CommandFailed, InterruptedException {
        return succeeded(answer("DELETE", path, ""));
    }

    /** Sends a request whose refusal the caller explains. */
    Answer tryPost(String path, String body) throws CommandFailed, InterruptedException {
        return answer("POST", path, body);
    }

    /** The response of an answer, or a failure if its status is an error. */
    static Response succeeded(Answer answer) throws CommandFailed {
        if (!answer.isSuccess()) {
            throw refused(answer.reply(), answer.body());
        }
        return new Response(answer.reply().headers().apply("Server").orElse("unknown"), answer.body());
    }

    /** Writes the body of a long response to a file, and returns the headers. A response that breaks off leaves no file. */
    Function<String, Optional<String>> download(String path, Path file) throws CommandFailed, InterruptedException {
        HttpCall.Reply reply = managers.send(new HttpCall("GET", path, "", headers("GET")));
        try (InputStream body = reply.body()) {
            if (!reply.isSuccess()) {
                throw refused(reply, reply.text());
            }
            Path incomplete = file.resolveSibling(file.getFileName() + ".incomplete");
            try {
                Files.copy(body, incomplete, StandardCopyOption.REPLACE_EXISTING);
                Files.move(incomplete, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(incomplete);
            }
        } catch (IOException e) {
            throw new CommandFailed("The response can't be written to " + file + " (" + FileFault.reason(e)
                    + "); check that you may write there and that the manager runs, and run the command again");
        }
        return reply.headers();
    }

    /**
     * Begins to read an event stream.
     *
     * @param lastEventId the last event that was read; null to begin with the current state
     */
    HttpCall.Reply stream(String path, @Nullable String lastEventId) throws CommandFailed, InterruptedException {
        Map<String, String> headers = headers("GET");
        headers.put("Accept", "text/event-stream");
        if (lastEventId != null) {
            headers.put("Last-Event-ID", lastEventId);
        }
        HttpCall.Reply reply = managers.send(new HttpCall("GET", path, "", headers));
        if (reply.isSuccess()) {
            return reply;
        }
        try {
            throw refused(reply, reply.text());
        } catch (IOException e) {
            throw new CommandFailed("The response of the manager at " + reply.manager() + " broke off (" + e + ")");
        }
    }

    /** What each manager reports about its readiness, in the order of the addresses. */
    List<ManagerHealth> health() throws InterruptedException {
        return managers.health();
    }

    private Answer answer(String method, String path, String body) throws CommandFailed, InterruptedException {
        HttpCall.Reply reply = managers.send(new HttpCall(method, path, body, headers(method)));
        try {
            return new Answer(reply, reply.text());
        } catch (IOException e) {
            throw new CommandFailed("The response of the manager at " + reply.manager() + " broke off (" + e
                    + "); check that it runs"
                    + (method.equals("GET") ? "" : ", and check the state before you repeat the order"));
        }
    }

    private Map<String, String> headers(String method) {
        Map<String, String> headers = new HashMap<>();
        token.ifPresent(each -> headers.put("Authorization", "Bearer " + each));
        if (!method.equals("GET")) {
            headers.put("Content-Type", "application/json");
        }
        return headers;
    }

    /** A problem document states what is wrong and what to do; anything else is shown as the legacy tool shows it. */
    private static CommandFailed refused(HttpCall.Reply reply, String body) {
        int status = reply.status();
        JsonNode problem = problem(body);
        String text = problem.path("detail").isTextual() && problem.path("code").isTextual()
                ? problem.path("detail").asText() + " (" + status + " "
                        + problem.path("code").asText() + ")"
                        + advice(problem.path("code").asText())
                : PLAIN_RESPONSE + status + " " + body.strip();
        if (status == UNAUTHORIZED) {
            return new CommandFailed(
                    ExitCode.AUTHENTICATION,
                    "The manager at " + reply.manager() + " does not accept this request: " + text
                            + "; set --token-file or REBALANCER_TOKEN_FILE to a file with a token");
        }
        if (status == FORBIDDEN) {
            return new CommandFailed(
                    ExitCode.AUTHENTICATION, "The manager at " + reply.manager() + " does not allow this: " + text);
        }
        return status == UNAVAILABLE ? CommandFailed.temporary(text) : new CommandFailed(text);
    }

    /** Which command lists what an operator may have misspelt. */
    private static String advice(String code) {
        return switch (code) {
            case "BAD_JOB_ID" -> "; " + LegacyUsage.PROGRAM + " job list --output table shows all ids";
            case "BAD_PLAN_ID" -> "; " + LegacyUsage.PROGRAM + " plan list shows all ids";
            case "BAD_RUN_ID" -> "; " + LegacyUsage.PROGRAM + " reconcile list shows all ids";
            default -> "";
        };
    }

    private static JsonNode problem(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
