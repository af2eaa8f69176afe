package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;

/**
 * The managers that serve the API. A request goes to the manager that answered last. If a manager can't be reached, the next
 * one is tried, but a request that changes something only if it certainly did not arrive.
 */
final class ManagerConnections {
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);
    /** A manager that is frozen accepts connections. If there is another one, it is asked after this time. */
    private static final Duration FROZEN_TIMEOUT = Duration.ofSeconds(30);

    private final List<URI> managers;
    private final Optional<SSLContext> trust;
    private int current;

    /**
     * @param managers at least one address
     * @param trust checks the certificates of managers; empty for what Java trusts
     */
    ManagerConnections(List<URI> managers, Optional<SSLContext> trust) {
        this.managers = List.copyOf(managers);
        this.trust = trust;
    }

    /** Sends a request to the first manager that can be reached. */
    HttpCall.Reply send(HttpCall call) throws CommandFailed, InterruptedException {
        List<String> tried = new ArrayList<>();
        for (int attempt = 0; attempt < managers.size(); attempt++) {
            int index = (current + attempt) % managers.size();
            URI manager = managers.get(index);
            boolean hasNext = attempt < managers.size() - 1;
            try {
                HttpCall.Reply reply =
                        call.send(manager, hasNext && call.isRead() ? FROZEN_TIMEOUT : Duration.ZERO, trust);
                current = index;
                return reply;
            } catch (IOException e) {
                if (!call.isRead() && !(e instanceof HttpCall.NotConnected)) {
                    throw new CommandFailed("Request failed: the manager at " + manager + " gave no answer ("
                            + HttpCall.reason(e) + "), and may have carried the order out; check the state before you"
                            + " repeat it");
                }
                tried.add(manager + " (" + HttpCall.reason(e) + ")");
            }
        }
        throw unreachable(tried);
    }

    private static CommandFailed unreachable(List<String> tried) {
        return tried.size() == 1
                ? CommandFailed.temporary("Request failed: the manager at " + tried.get(0)
                        + " can't be reached; check that it runs, and give its address with --url")
                : CommandFailed.temporary("Request failed: no manager can be reached: " + String.join(", ", tried)
                        + "; check that they run, and give their addresses with --url");
    }

    /** Asks every manager whether it is ready. */
    List<ManagerHealth> health() throws InterruptedException {
        HttpCall call = new HttpCall("GET", "/health/ready", "", Map.of());
        List<ManagerHealth> found = new ArrayList<>();
        for (URI manager : managers) {
            try {
                HttpCall.Reply reply = call.send(manager, HEALTH_TIMEOUT, trust);
                found.add(health(manager, reply.status(), reply.text()));
            } catch (IOException e) {
                found.add(new ManagerHealth(manager, "unreachable", HttpCall.reason(e)));
            }
        }
        return found;
    }

    private static ManagerHealth health(URI manager, int status, String text) {
        try {
            JsonNode body = ManagerApiClient.JSON.readTree(text);
            return new ManagerHealth(
                    manager,
                    body.path("status").asText("unknown"),
                    StreamSupport.stream(body.path("waitingFor").spliterator(), false)
                            .map(JsonNode::asText)
                            .collect(Collectors.joining("; ")));
        } catch (JsonProcessingException e) {
            return new ManagerHealth(manager, "unknown", "status " + status + " without JSON");
        }
    }
}
