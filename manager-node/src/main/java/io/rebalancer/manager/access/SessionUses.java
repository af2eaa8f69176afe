package io.rebalancer.manager.access;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ddata.Key;
import org.apache.pekko.cluster.ddata.LWWMap;
import org.apache.pekko.cluster.ddata.LWWMapKey;
import org.apache.pekko.cluster.ddata.SelfUniqueAddress;
import org.apache.pekko.cluster.ddata.typed.javadsl.DistributedData;
import org.apache.pekko.cluster.ddata.typed.javadsl.Replicator;
import org.apache.pekko.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;

/**
 * Passes the uses of sessions on to the other managers, all of them together once in an interval: a browser that uses one
 * manager is not idle for the others.
 */
final class SessionUses extends AbstractBehavior<SessionUses.Command> {
    /** Milliseconds since 1970, by the hash of the session. */
    private static final Key<LWWMap<String, Long>> USES = LWWMapKey.create("session-uses");

    private static final Duration REPLICATOR_TIMEOUT = Duration.ofSeconds(5);

    /** Messages of this actor to itself. */
    sealed interface Command {}

    private enum PassOn implements Command {
        INSTANCE
    }

    private record Written(Replicator.UpdateResponse<?> response) implements Command {}

    private record Changed(Replicator.SubscribeResponse<LWWMap<String, Long>> response) implements Command {}

    private final ReplicatorMessageAdapter<Command, LWWMap<String, Long>> uses;
    private final SelfUniqueAddress self;
    private final CurrentSessions.View view;

    /**
     * @param replicator keeps the data
     * @param view has the uses at this manager, and gets those at the others
     */
    static Behavior<Command> create(
            ActorRef<Replicator.Command> replicator, CurrentSessions.View view, Duration interval) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new SessionUses(context, timers, replicator, view, interval)));
    }

    private SessionUses(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<Replicator.Command> replicator,
            CurrentSessions.View view,
            Duration interval) {
        super(context);
        this.view = view;
        this.self = DistributedData.get(context.getSystem()).selfUniqueAddress();
        this.uses = new ReplicatorMessageAdapter<>(context, replicator, REPLICATOR_TIMEOUT);
        uses.subscribe(USES, Changed::new);
        timers.startTimerWithFixedDelay(PassOn.INSTANCE, interval);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Changed.class, this::onChanged)
                .onMessage(PassOn.class, passOn -> onPassOn())
                .onMessage(Written.class, written -> this)
                .build();
    }

    private Behavior<Command> onChanged(Changed changed) {
        if (changed.response() instanceof Replicator.Changed<LWWMap<String, Long>> now) {
            now.get(USES).getEntries().forEach((hash, millis) -> {
                if (view.sessions().containsKey(hash)) {
                    view.used(hash, Instant.ofEpochMilli(millis));
                }
            });
        }
        return this;
    }

    /** A write that fails is made up for by the next one. */
    private Behavior<Command> onPassOn() {
        Map<String, Instant> used = Map.copyOf(view.usedAt());
        Set<String> sessions = Set.copyOf(view.sessions().keySet());
        uses.askUpdate(
                replyTo -> new Replicator.Update<>(
                        USES, LWWMap.create(), Replicator.writeLocal(), replyTo, map -> latest(map, used, sessions)),
                Written::new);
        return this;
    }

    private LWWMap<String, Long> latest(LWWMap<String, Long> known, Map<String, Instant> used, Set<String> sessions) {
        LWWMap<String, Long> all = known;
        for (Map.Entry<String, Instant> use : used.entrySet()) {
            Long before = known.getEntries().get(use.getKey());
            long at = use.getValue().toEpochMilli();
            if (before == null || before < at) {
                all = all.put(self, use.getKey(), at);
            }
        }
        Set<String> forgotten = new HashSet<>(known.getEntries().keySet());
        forgotten.removeAll(sessions);
        for (String hash : forgotten) {
            all = all.remove(self, hash);
        }
        return all;
    }
}
