package io.rebalancer.manager.agents;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
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

    private final ActorSystem<?> system;
    private final Map<StorageNodeId, URI> addresses;
    private final HttpContacts contacts;

    /** An agent's reply. */
    record Answer(int status, String body) {}

    /** @param addresses base URLs of agents that do not listen under their node's name at port 7878 */
    LegacyAgentCalls(ActorSystem<?> system, Map<StorageNodeId, URI> addresses) {
        this.system = system;
        this.addresses = Map.copyOf(addresses);
        this.contacts = new HttpContacts(addresses.keySet(), System::nanoTime);
    }

    /** Whether the agent replied to the last call. Probes the agent in the background if a probe is due. */
    boolean isReachable(StorageNodeId node) {
        boolean replied = contacts.replied(node);
        if (contacts.claimProbe(node)) {
            find(node, PROBE_ID)
                    .whenComplete((answer, failure) -> system.log()
                            .debug("agent of {} probed: {}", node, failure == null ? answer.status() : failure));
        }
        return replied;
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
                .whenComplete((answer, failure) -> contacts.record(node, failure == null));
    }
}
