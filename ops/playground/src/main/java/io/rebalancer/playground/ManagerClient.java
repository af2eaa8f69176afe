package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rebalancer.playground.moray.ExactJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The manager's HTTP API, as far as the playground uses it. */
final class ManagerClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(2))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final List<URI> managers;
    private int asked;

    /** @param managers any of them answers for all; one that does not answer is left for the next */
    ManagerClient(List<URI> managers) {
        this.managers = List.copyOf(managers);
    }

    private URI manager() {
        return managers.get(asked % managers.size());
    }

    /** Whether the node at {@code base} says that it is ready; what it waits for, or why it can't be asked. */
    Optional<String> notReady(URI base) throws InterruptedException {
        try {
            HttpResponse<String> answer = get(base.resolve("/health/ready"));
            return answer.statusCode() == 200 ? Optional.empty() : Optional.of(answer.body());
        } catch (IOException e) {
            return Optional.of(base + " does not answer");
        }
    }

    /** Orders a job over the older API (manta.md 2.3); its id. */
    String evacuate(String leavingNode) throws IOException, InterruptedException, PlaygroundFault {
        var order = JsonNodeFactory.instance.objectNode().put("action", "evacuate");
        order.putObject("params").put("from_shark", leavingNode);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(manager().resolve("/jobs"))
                        .timeout(TIMEOUT)
                        .POST(HttpRequest.BodyPublishers.ofString(order.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new PlaygroundFault("the manager refused the job (" + answer.statusCode() + "): "
                    + answer.body().strip());
        }
        return answer.body().strip();
    }

    /** Ids of all jobs; none while the manager does not answer. */
    List<String> jobs() throws InterruptedException {
        try {
            HttpResponse<String> answer = get(manager().resolve("/jobs"));
            List<String> ids = new ArrayList<>();
            ExactJson.MAPPER
                    .readTree(answer.body())
                    .forEach(job -> ids.add(job.path("id").asText()));
            return ids;
        } catch (IOException e) {
            asked++;
            return List.of();
        }
    }

    /** The job as it stands, or empty while the manager does not answer. */
    Optional<JsonNode> job(String id) throws InterruptedException {
        try {
            HttpResponse<String> answer = get(manager().resolve("/api/v1/jobs/" + id));
            if (answer.statusCode() == 200) {
                return Optional.of(ExactJson.MAPPER.readTree(answer.body()));
            }
            asked++;
            return Optional.empty();
        } catch (IOException e) {
            asked++;
            return Optional.empty();
        }
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    }
}
