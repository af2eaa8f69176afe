package io.rebalancer.cluster.message;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the audit log, a cluster singleton. */
public interface AuditMessage {

    /** Appends an entry. Idempotent for the same fact, as long as it is one of the last that were appended. */
    record Append(AuditFact fact, ActorRef<AuditReply> replyTo) implements AuditMessage, WireMessage {}

    /** Asks for the last entry. */
    record GetLast(ActorRef<AuditReply> replyTo) implements AuditMessage, WireMessage {}

    /** A reply of the audit log. */
    interface AuditReply extends WireMessage {}

    /**
     * The entry is stored.
     *
     * @param number of the entry
     */
    record Appended(UUID factId, long number) implements AuditReply {}

    /** The last entry that is stored. */
    record Last(AuditHead head) implements AuditReply {}
}
