package io.rebalancer.manager.agents;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** The calls of the legacy agent API (manta.md section 3), and whether each agent replied to the last call. */
final class LegacyAgentCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long MAX_BYTES = 16 << 20;
    private static final int DEFAULT_PORT = 7878;
    /** An id that no assignment has; any reply to it shows that the agent is up. */
    private static final UUID PROBE_ID = new UUID(0, 0);

    private static final long PROBE_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private final ActorSystem<?> system;
    private final Map<StorageNodeId, URI> addresses;
    private final Map<StorageNodeId, Contact> contacts = new ConcurrentHashMap<>();

    /** An agent's reply. */
    record Answer(int status, String body) {}

    private record Contact(boolean replied, long atNanos) {}

    /** @param addresses base URLs of agents that do not listen under their node's name at port 7878 */
    LegacyAgentCalls(ActorSystem<?> system, Map<StorageNodeId, URI> addresses) {
        this.system = system;
        this.addresses = Map.copyOf(addresses);
    }

    /** Whether the agent replied to the last call. Probes the agent in the background if that call was long ago. */
    boolean isReachable(StorageNodeId node) {
        Contact last = contacts.get(node);
        if (last == null || System.nanoTime() - last.atNanos() > PROBE_INTERVAL_NANOS) {
            contacts.put(node, new Contact(last != null && last.replied(), System.nanoTime()));
            find(node, PROBE_ID)
                    .whenComplete((answer, failure) -> system.log()
                            .debug("agent of {} probed: {}", node, failure == null ? answer.status() : failure));
        }
        return last != null && last.replied();
    }

    CompletionStage<Answer> post(Assignment assignment) {
        StorageNodeId node = assignment.destination().storageNode();
        return send(
                node,
                HttpRequest.create(url(node) + "/assignments")
                        .withMethod(HttpMethods.POST)
                        .withEntity(ContentTypes.APPLICATION_JSON, LegacyWire.payload(assignment)));
    }

    CompletionStage<Answer> find(StorageNodeId node, UUID id) {
        return send(node, HttpRequest.create(url(node) + "/assignments/" + id));
    }

    CompletionStage<Answer> delete(StorageNodeId node, UUID id) {
        return send(node, HttpRequest.create(url(node) + "/assignments/" + id).withMethod(HttpMethods.DELETE));
    }

    private String url(StorageNodeId node) {
        URI address = addresses.get(node);
        return address != null ? address.toString() : "http://" + node.text() + ":" + DEFAULT_PORT;
    }

    private CompletionStage<Answer> send(StorageNodeId node, HttpRequest request) {
        return Http.get(system)
                .singleRequest(request)
                .thenCompose(response -> response.entity()
                        .withSizeLimit(MAX_BYTES)
                        .toStrict(TIMEOUT.toMillis(), system)
                        .thenApply(body -> new Answer(
                                response.status().intValue(), body.getData().utf8String())))
                .whenComplete((answer, failure) -> contacts.put(node, new Contact(failure == null, System.nanoTime())));
    }
}
