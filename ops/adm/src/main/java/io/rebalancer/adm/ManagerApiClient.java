package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Requests to a manager; any answer but 2xx is a {@link CommandFailed} in the manager's own words. */
final class ManagerApiClient {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI manager;

    /** @param manager base URL, without a path */
    ManagerApiClient(URI manager) {
        this.manager = manager;
    }

    /**
     * An answer.
     *
     * @param server the manager's own name and version
     */
    record Answer(String server, String body) {}

    static JsonNode json(Answer answer) throws CommandFailed {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new CommandFailed("Failed to parse response body: " + e.getOriginalMessage());
        }
    }

    Answer get(String path) throws CommandFailed, InterruptedException {
        return send(HttpRequest.newBuilder(manager.resolve(path)));
    }

    Answer post(String path, String body) throws CommandFailed, InterruptedException {
        return send(HttpRequest.newBuilder(manager.resolve(path)).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private Answer send(HttpRequest.Builder request) throws CommandFailed, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailed("Request failed: the manager at " + manager + " can't be reached (" + e
                    + "); give its address with --url");
        }
        if (answer.statusCode() / 100 != 2) {
            throw new CommandFailed("Server response: " + answer.statusCode() + " "
                    + answer.body().strip());
        }
        return new Answer(answer.headers().firstValue("Server").orElse("unknown"), answer.body());
    }
}
