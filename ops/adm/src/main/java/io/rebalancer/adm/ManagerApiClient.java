package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/** Calls a manager's HTTP API. A status other than 2xx becomes a {@link CommandFailed} with the manager's message. */
final class ManagerApiClient {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(legacyPrinter())
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final int UNAUTHORIZED = 401;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI manager;
    private final Optional<String> token;

    /**
     * @param manager base URL, without a path
     * @param token empty if the manager needs none
     */
    ManagerApiClient(URI manager, Optional<String> token) {
        this.manager = manager;
        this.token = token;
    }

    /**
     * A response of the manager.
     *
     * @param server name and version of the manager, from the header {@code Server}
     */
    record Response(String server, String body) {}

    /** The legacy tool prints {@code "name": value}, and each element of an array on a line. */
    private static DefaultPrettyPrinter legacyPrinter() {
        Separators separators = Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator("");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        return printer;
    }

    /** Parses the body of a response. */
    static JsonNode json(Response response) throws CommandFailed {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new CommandFailed("Failed to parse response body: " + e.getOriginalMessage());
        }
    }

    Response get(String path) throws CommandFailed, InterruptedException {
        return send(HttpRequest.newBuilder(manager.resolve(path)));
    }

    Response post(String path, String body) throws CommandFailed, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(manager.resolve(path));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return send(request.POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Response patch(String path, String body) throws CommandFailed, InterruptedException {
        return send(HttpRequest.newBuilder(manager.resolve(path))
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    Response delete(String path) throws CommandFailed, InterruptedException {
        return send(HttpRequest.newBuilder(manager.resolve(path)).DELETE());
    }

    /** Writes the body of a long response to a file, and returns the headers. A response that breaks off leaves no file. */
    HttpHeaders download(String path, Path file) throws CommandFailed, InterruptedException {
        HttpResponse<InputStream> response =
                exchange(HttpRequest.newBuilder(manager.resolve(path)), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() / 100 != 2) {
                checkToken(response.statusCode());
                throw refused(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
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

    /** Sends a request whose refusal the caller explains. Only a missing token is a {@link CommandFailed} already. */
    HttpResponse<String> tryPost(String path, String body) throws CommandFailed, InterruptedException {
        HttpResponse<String> response = exchange(
                HttpRequest.newBuilder(manager.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                HttpResponse.BodyHandlers.ofString());
        checkToken(response.statusCode());
        return response;
    }

    /** The response to {@link #tryPost}, or a failure if its status is an error. */
    static Response succeeded(HttpResponse<String> response) throws CommandFailed {
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode(), response.body());
        }
        return new Response(response.headers().firstValue("Server").orElse("unknown"), response.body());
    }

    /** A problem document states what is wrong and what to do; anything else is shown as the legacy tool shows it. */
    private static CommandFailed refused(int status, String body) {
        JsonNode problem = problem(body);
        return problem.path("detail").isTextual() && problem.path("code").isTextual()
                ? new CommandFailed(problem.path("detail").asText() + " (" + status + " "
                        + problem.path("code").asText() + ")")
                : new CommandFailed("Server response: " + status + " " + body.strip());
    }

    private static JsonNode problem(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private Response send(HttpRequest.Builder request) throws CommandFailed, InterruptedException {
        HttpResponse<String> response = exchange(request, HttpResponse.BodyHandlers.ofString());
        checkToken(response.statusCode());
        return succeeded(response);
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws CommandFailed, InterruptedException {
        token.ifPresent(each -> request.header("Authorization", "Bearer " + each));
        try {
            return http.send(request.build(), body);
        } catch (IOException e) {
            throw new CommandFailed("Request failed: the manager at " + manager + " can't be reached (" + e
                    + "); check that it runs, and give its address with --url");
        }
    }

    private void checkToken(int status) throws CommandFailed {
        if (status == UNAUTHORIZED) {
            throw new CommandFailed("The manager at " + manager
                    + " does not accept this request without one of its tokens; set --token-file or REBALANCER_TOKEN_FILE"
                    + " to a file with a token of its http.token-file");
        }
    }
}
