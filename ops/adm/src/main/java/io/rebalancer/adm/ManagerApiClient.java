package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Calls the HTTP API of a manager, or of the next one if a manager can't be reached. A status other than 2xx becomes a
 * {@link CommandFailed} with the manager's message.
 */
final class ManagerApiClient {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int UNAVAILABLE = 503;

    private final ManagerConnections managers;

    /**
     * @param managers base URLs, without a path, in the order in which they are tried
     * @param token empty if the managers need none
     */
    ManagerApiClient(List<URI> managers, Optional<String> token) {
        this.managers = new ManagerConnections(managers, token);
    }

    /**
     * A response of the manager.
     *
     * @param server name and version of the manager, from the header {@code Server}
     */
    record Response(String server, String body) {}

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
        return send(path, HttpRequest.newBuilder());
    }

    Response post(String path, String body) throws CommandFailed, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder();
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return send(path, request.POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Response patch(String path, String body) throws CommandFailed, InterruptedException {
        return send(
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    Response delete(String path) throws CommandFailed, InterruptedException {
        return send(path, HttpRequest.newBuilder().DELETE());
    }

    /** Writes the body of a long response to a file, and returns the headers. A response that breaks off leaves no file. */
    HttpHeaders download(String path, Path file) throws CommandFailed, InterruptedException {
        HttpResponse<InputStream> response =
                managers.send(path, HttpRequest.newBuilder(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() / 100 != 2) {
                throw refused(response, new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
            Path incomplete = file.resolveSibling(file.getFileName() + ".incomplete");
            try {
                Files.copy(body, incomplete, StandardCopyOption.REPLACE_EXISTING);
                Files.move(incomplete, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(incomplete);
            }
        } catch (IOException e) {
            throw new CommandFailed("The response can't be written to " + file + " (" + e
                    + "); check that you may write there and that the manager runs, and run the command again");
        }
        return response.headers();
    }

    /** Sends a request whose refusal the caller explains. Only a refused token is a {@link CommandFailed} already. */
    HttpResponse<String> tryPost(String path, String body) throws CommandFailed, InterruptedException {
        HttpResponse<String> response = managers.send(
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == UNAUTHORIZED || response.statusCode() == FORBIDDEN) {
            throw refused(response, response.body());
        }
        return response;
    }

    /** The response to {@link #tryPost}, or a failure if its status is an error. */
    static Response succeeded(HttpResponse<String> response) throws CommandFailed {
        if (response.statusCode() / 100 != 2) {
            throw refused(response, response.body());
        }
        return new Response(response.headers().firstValue("Server").orElse("unknown"), response.body());
    }

    /** What each manager reports about its readiness, in the order of the addresses. */
    List<ManagerHealth> health() throws InterruptedException {
        return managers.health();
    }

    private Response send(String path, HttpRequest.Builder request) throws CommandFailed, InterruptedException {
        return succeeded(managers.send(path, request, HttpResponse.BodyHandlers.ofString()));
    }

    /** A problem document states what is wrong and what to do; anything else is shown as the legacy tool shows it. */
    private static CommandFailed refused(HttpResponse<?> response, String body) {
        int status = response.statusCode();
        JsonNode problem = problem(body);
        String text = problem.path("detail").isTextual() && problem.path("code").isTextual()
                ? problem.path("detail").asText() + " (" + status + " "
                        + problem.path("code").asText() + ")"
                : "Server response: " + status + " " + body.strip();
        URI address = response.uri().resolve("/");
        if (status == UNAUTHORIZED) {
            return new CommandFailed(
                    ExitCode.AUTHENTICATION,
                    "The manager at " + address + " does not accept this request without one of its tokens; set"
                            + " --token-file or REBALANCER_TOKEN_FILE to a file with a token of its http.token-file");
        }
        if (status == FORBIDDEN) {
            return new CommandFailed(
                    ExitCode.AUTHENTICATION,
                    "The manager at " + address + " does not allow this: " + text
                            + "; use a token whose role allows it");
        }
        return status == UNAVAILABLE ? CommandFailed.temporary(text) : new CommandFailed(text);
    }

    private static JsonNode problem(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
