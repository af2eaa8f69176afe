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

/** The older agent's calls (manta.md section 3), and whether each agent answered the last one. */
final class LegacyAgentCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long MAX_BYTES = 16 << 20;
    private static final int DEFAULT_PORT = 7878;
    private static final UUID NOBODY = new UUID(0, 0);
    private static final long PROBE_AGAIN_NANOS = Duration.ofSeconds(5).toNanos();

    private final ActorSystem<?> system;
    private final Map<StorageNodeId, URI> addresses;
    private final Map<StorageNodeId, Contact> contacts = new ConcurrentHashMap<>();

    /** An agent's answer. */
    record Answer(int status, String body) {}

    private record Contact(boolean answered, long atNanos) {}

    /** @param addresses base URLs of agents that are not reached under their node's name at port 7878 */
    LegacyAgentCalls(ActorSystem<?> system, Map<StorageNodeId, URI> addresses) {
        this.system = system;
        this.addresses = Map.copyOf(addresses);
    }

    /** Whether the agent answered last time; asks it in the background when that was long ago. */
    boolean answers(StorageNodeId node) {
        Contact last = contacts.get(node);
        if (last == null || System.nanoTime() - last.atNanos() > PROBE_AGAIN_NANOS) {
            contacts.put(node, new Contact(last != null && last.answered(), System.nanoTime()));
            find(node, NOBODY)
                    .whenComplete((answer, failure) -> system.log()
                            .debug("agent of {} probed: {}", node, failure == null ? answer.status() : failure));
        }
        return last != null && last.answered();
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
