package io.rebalancer.manager.audit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.AuditMessage;
import io.rebalancer.cluster.message.AuditMessage.AuditReply;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.port.AuditTrail;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/** Asks the audit log, on whichever manager it runs. Every question is repeated: an append is idempotent. */
public final class ClusterAuditTrail implements AuditTrail {
    /** An action waits for its entry, and for its own timeout of 15 s; Pekko ends requests after 20 s. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final ActorRef<AuditMessage> log;

    /** @param log the audit log, or a proxy to it */
    public ClusterAuditTrail(ActorSystem<?> system, ActorRef<AuditMessage> log) {
        this.system = system;
        this.log = log;
    }

    @Override
    public CompletionStage<Long> append(AuditFact fact) {
        return ask(replyTo -> new AuditMessage.Append(fact, replyTo))
                .thenApply(reply -> ((AuditMessage.Appended) reply).number());
    }

    @Override
    public CompletionStage<AuditHead> last() {
        return ask(AuditMessage.GetLast::new).thenApply(reply -> ((AuditMessage.Last) reply).head());
    }

    private CompletionStage<AuditReply> ask(Function<ActorRef<AuditReply>, AuditMessage> message) {
        return RepeatedAsk.every(
                        RETRY_INTERVAL, system, () -> AskPattern.ask(log, message, ASK_TIMEOUT, system.scheduler()))
                .exceptionally(failure -> {
                    throw new CompletionException(new AuditUnavailable(
                            "the audit log did not reply within " + ASK_TIMEOUT.toSeconds()
                                    + " s; it needs the journal of the oldest manager, see GET /api/v1/cluster and the"
                                    + " manager's log",
                            Failures.rootCause(failure)));
                });
    }
}
