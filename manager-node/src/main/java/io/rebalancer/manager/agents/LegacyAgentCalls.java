package io.rebalancer.manager.agents;

import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.cluster.settings.HttpAgentSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The calls of the legacy agent API (manta.md section 3), and whether each agent replied to the last call. */
final class LegacyAgentCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long MAX_BYTES = 16 << 20;
    private static final int DEFAULT_PORT = 7878;
    private static final int UNAUTHORIZED = 401;
    private static final int MISDIRECTED = 421;
    /** An id that no assignment has; any reply to it shows that the agent is up. */
    private static final UUID PROBE_ID = new UUID(0, 0);

    private final ActorSystem<?> system;
    private final Map<StorageNodeId, URI> addresses;
    private final Optional<AccessTokens> tokens;
    private final HttpContacts contacts;

    /** An agent's reply. */
    record Answer(int status, String body) {}

    /** An agent accepts no request of this manager. For a job, that is an agent which can't be reached. */
    static final class AgentRefusedAccess extends Exception {
        private static final long serialVersionUID = 1L;

        AgentRefusedAccess(int status) {
            super(
                    status == UNAUTHORIZED
                            ? "the agent accepts no request without one of its tokens (status 401); set"
                                    + " rebalancer.manager.http-agent-token-file to a file that begins with a token of the"
                                    + " agent's token-file"
                            : "the agent accepts no request for the host in its URL (status 421); add the host to"
                                    + " rebalancer.agent.http.allowed-hosts of the agent",
                    null,
                    false,
                    false);
        }
    }

    /** @param settings its addresses are those of agents that do not listen under their node's name at port 7878 */
    LegacyAgentCalls(ActorSystem<?> system, HttpAgentSettings settings) {
        this.system = system;
        this.addresses = settings.addresses();
        this.tokens = settings.tokens();
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
        HttpRequest authorized = tokens.map(
                        each -> request.addHeader(RawHeader.create("Authorization", each.authorization())))
                .orElse(request);
        return Http.get(system)
                .singleRequest(authorized)
                .thenCompose(response -> response.entity()
                        .withSizeLimit(MAX_BYTES)
                        .toStrict(TIMEOUT.toMillis(), system)
                        .thenApply(body -> new Answer(
                                response.status().intValue(), body.getData().utf8String())))
                .thenCompose(LegacyAgentCalls::admitted)
                .whenComplete((answer, failure) -> contacts.record(node, failure == null));
    }

    private static CompletionStage<Answer> admitted(Answer answer) {
        return answer.status() == UNAUTHORIZED || answer.status() == MISDIRECTED
                ? CompletableFuture.failedFuture(new AgentRefusedAccess(answer.status()))
                : CompletableFuture.completedFuture(answer);
    }
}
