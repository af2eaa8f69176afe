package io.rebalancer.manager.audit;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.AuditMessage;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.core.audit.AuditState;
import java.time.Clock;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * The one writer of the audit log; a cluster singleton. Each entry is an event, and events are never deleted. In memory it has
 * only the last entry's hash and the last facts, so it starts fast however long the log is.
 */
public final class AuditLog extends EventSourcedBehavior<AuditMessage, AuditEvent, AuditState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.AUDIT_LOG_ID);
    private static final int SNAPSHOT_EVERY = 100;

    private final Clock clock;

    /** @param clock the time of the entries */
    public static Behavior<AuditMessage> create(Clock clock) {
        return Behaviors.setup(context -> new AuditLog(clock));
    }

    private AuditLog(Clock clock) {
        super(ID, PersistentEntities.restart());
        this.clock = clock;
    }

    @Override
    public AuditState emptyState() {
        return AuditState.EMPTY;
    }

    @Override
    public CommandHandler<AuditMessage, AuditEvent, AuditState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(AuditMessage.Append.class, this::onAppend)
                .onCommand(AuditMessage.GetLast.class, this::onGetLast)
                .build();
    }

    private Effect<AuditEvent, AuditState> onAppend(AuditState log, AuditMessage.Append append) {
        OptionalLong known = log.find(append.fact().id());
        if (known.isPresent()) {
            return Effect().none().thenRun((AuditState same) -> acknowledge(append, known.getAsLong()));
        }
        AuditEntry entry = AuditChain.next(log.last(), clock.instant(), append.fact());
        return Effect()
                .persist(new AuditEvent.EntryAppended(entry))
                .thenRun((AuditState stored) -> acknowledge(append, entry.number()));
    }

    private static void acknowledge(AuditMessage.Append append, long number) {
        append.replyTo().tell(new AuditMessage.Appended(append.fact().id(), number));
    }

    private Effect<AuditEvent, AuditState> onGetLast(AuditState log, AuditMessage.GetLast get) {
        return Effect().none().thenRun((AuditState same) -> get.replyTo().tell(new AuditMessage.Last(log.last())));
    }

    @Override
    public EventHandler<AuditState, AuditEvent> eventHandler() {
        return AuditState::apply;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
