package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.UnnamedCopies.Copy;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Calls the managers' HTTP API. */
final class ManagerClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int PAGE = 1000;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(2))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final List<URI> managers;
    private int current;

    /** @param managers base URLs; every manager serves all jobs, and a failed call moves on to the next manager */
    ManagerClient(List<URI> managers) {
        this.managers = List.copyOf(managers);
    }

    private URI manager() {
        return managers.get(current % managers.size());
    }

    /** What the node at {@code base} still waits for, or why it can't be reached; empty when it is ready. */
    Optional<String> pendingReadiness(URI base) throws InterruptedException {
        try {
            HttpResponse<String> response = get(base.resolve("/health/ready"));
            return response.statusCode() == 200 ? Optional.empty() : Optional.of(response.body());
        } catch (IOException e) {
            return Optional.of("no reply from " + base);
        }
    }

    /** Creates an evacuate job through the legacy API (manta.md 2.3) and returns its id. */
    String evacuate(String leavingNode) throws IOException, InterruptedException, PlaygroundFault {
        var request = JsonNodeFactory.instance.objectNode().put("action", "evacuate");
        request.putObject("params").put("from_shark", leavingNode);
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(manager().resolve("/jobs"))
                        .timeout(TIMEOUT)
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new PlaygroundFault("the manager rejected the job with HTTP status " + response.statusCode() + ": "
                    + response.body().strip());
        }
        return response.body().strip();
    }

    /** Ids of all jobs, newest first; empty while the manager gives no reply. */
    List<String> jobIds() throws InterruptedException {
        try {
            HttpResponse<String> response = get(manager().resolve("/jobs"));
            List<String> ids = new ArrayList<>();
            ExactJson.MAPPER
                    .readTree(response.body())
                    .forEach(job -> ids.add(job.path("id").asText()));
            return ids;
        } catch (IOException e) {
            current++;
            return List.of();
        }
    }

    /** The status of the cluster, or empty while the manager gives no reply. */
    Optional<JsonNode> cluster() throws InterruptedException {
        return json("/api/v1/cluster");
    }

    /** The current view of a job, or empty while no manager serves it. */
    Optional<JsonNode> job(String id) throws InterruptedException {
        return json("/api/v1/jobs/" + id);
    }

    /** The copies that the table of orphans lists, of all jobs; empty while no manager serves the table. */
    Optional<Set<Copy>> orphans() throws InterruptedException {
        Set<Copy> copies = new HashSet<>();
        String after = "";
        while (true) {
            Optional<JsonNode> page = json("/api/v1/orphans?limit=" + PAGE + after);
            if (page.isEmpty()) {
                return Optional.empty();
            }
            for (JsonNode line : page.get().path("orphans")) {
                copies.add(new Copy(
                        line.path("storageNode").asText(),
                        UUID.fromString(line.path("object").asText())));
            }
            if (!page.get().hasNonNull("next")) {
                return Optional.of(copies);
            }
            after = "&after=" + URLEncoder.encode(page.get().path("next").asText(), StandardCharsets.UTF_8);
        }
    }

    private Optional<JsonNode> json(String path) throws InterruptedException {
        try {
            HttpResponse<String> response = get(manager().resolve(path));
            if (response.statusCode() == 200) {
                return Optional.of(ExactJson.MAPPER.readTree(response.body()));
            }
            current++;
            return Optional.empty();
        } catch (IOException e) {
            current++;
            return Optional.empty();
        }
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    }
}
