package io.rebalancer.manager.access;

import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.SessionEntry;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.access.SessionRules;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
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
import org.apache.pekko.cluster.ddata.typed.javadsl.ReplicatorSettings;

/**
 * Keeps the sessions of browsers equal on all managers, in memory. A session is written once and removed once. Its uses are
 * separate data ({@link SessionUses}): otherwise a use, written after another manager's removal, would bring an ended session back.
 */
public final class SessionReplica extends AbstractBehavior<SessionReplica.Command> {
    private static final Key<LWWMap<String, SessionEntry>> SESSIONS = LWWMapKey.create("sessions");
    /** A manager that can't be reached learns of a change later. */
    private static final Replicator.WriteConsistency ALL_MANAGERS = new Replicator.WriteAll(Duration.ofSeconds(3));

    /** Replicated data arrive within half a second after they were written. */
    private static final Duration SETTLING_TIME = Duration.ofSeconds(2);

    private static final Duration UPKEEP_INTERVAL = Duration.ofSeconds(30);
    private static final Duration MIN_BACKOFF = Duration.ofMillis(200);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final double RANDOM_FACTOR = 0.2;
    private static final Duration REPLICATOR_TIMEOUT = Duration.ofSeconds(5);

    /** Orders of {@link CurrentSessions}. */
    public sealed interface Command {}

    /** Starts a session; replied to when the managers that can be reached know it. */
    record Start(Session session, ActorRef<Session> replyTo) implements Command {}

    /** Ends a session; replied to as {@link Start}. */
    record End(Session session, ActorRef<Session> replyTo) implements Command {}

    private enum Upkeep implements Command {
        INSTANCE
    }

    private record Written(Replicator.UpdateResponse<?> response, Runnable then) implements Command {}

    private record Settled(String hash) implements Command {}

    private record SessionsChanged(Replicator.SubscribeResponse<LWWMap<String, SessionEntry>> response)
            implements Command {}

    private final ReplicatorMessageAdapter<Command, LWWMap<String, SessionEntry>> sessions;
    private final TimerScheduler<Command> timers;
    private final SelfUniqueAddress self;
    private final CurrentSessions.View view;
    private final Clock clock;
    /** Sessions that were started here, and that the replicated data may not have yet. */
    private final Map<String, Session> starting = new HashMap<>();
    /** The replicated sessions as they arrived last. */
    private Map<String, Session> replicated = Map.of();
    /** Hashes of sessions that were ended here, until the replicated data that arrive lack them. */
    private final Set<String> ending = new HashSet<>();

    /** @param view is kept equal to the sessions of all managers */
    public static Behavior<Command> create(CurrentSessions.View view, Clock clock) {
        return create(view, clock, UPKEEP_INTERVAL);
    }

    /** @param upkeepInterval after which uses are passed on, and sessions that ended are removed */
    static Behavior<Command> create(CurrentSessions.View view, Clock clock, Duration upkeepInterval) {
        return Behaviors.supervise(Behaviors.<Command>setup(context -> Behaviors.withTimers(
                        timers -> new SessionReplica(context, timers, view, clock, upkeepInterval))))
                .onFailure(SupervisorStrategy.restartWithBackoff(MIN_BACKOFF, MAX_BACKOFF, RANDOM_FACTOR));
    }

    private SessionReplica(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            CurrentSessions.View view,
            Clock clock,
            Duration upkeepInterval) {
        super(context);
        this.timers = timers;
        this.view = view;
        this.clock = clock;
        this.self = DistributedData.get(context.getSystem()).selfUniqueAddress();
        // Agents serve no browsers, so they need not have the sessions.
        ActorRef<Replicator.Command> replicator = context.spawn(
                Replicator.behavior(
                        ReplicatorSettings.create(context.getSystem()).withRole(Roles.MANAGER)),
                "replicator");
        this.sessions = new ReplicatorMessageAdapter<>(context, replicator, REPLICATOR_TIMEOUT);
        sessions.subscribe(SESSIONS, SessionsChanged::new);
        context.spawn(SessionUses.create(replicator, view, upkeepInterval), "uses");
        timers.startTimerWithFixedDelay(Upkeep.INSTANCE, upkeepInterval);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Start.class, this::onStart)
                .onMessage(End.class, this::onEnd)
                .onMessage(Written.class, this::onWritten)
                .onMessage(Settled.class, this::onSettled)
                .onMessage(SessionsChanged.class, this::onSessions)
                .onMessage(Upkeep.class, upkeep -> onUpkeep())
                .build();
    }

    private Behavior<Command> onStart(Start order) {
        Session session = order.session();
        Set<String> ended = SessionRules.endedBy(session, view.sessions().values());
        remember(ended);
        starting.put(session.hash(), session);
        view.sessions().put(session.hash(), session);
        write(map -> remove(map, ended).put(self, session.hash(), new SessionEntry(session)), () -> {
            order.replyTo().tell(session);
            timers.startSingleTimer(new Settled(session.hash()), SETTLING_TIME);
        });
        return this;
    }

    private Behavior<Command> onEnd(End order) {
        Set<String> ended = Set.of(order.session().hash());
        remember(ended);
        write(map -> remove(map, ended), () -> order.replyTo().tell(order.session()));
        return this;
    }

    private void remember(Set<String> ended) {
        ending.addAll(ended);
        starting.keySet().removeAll(ended);
        view.forget(ended);
    }

    private <V> LWWMap<String, V> remove(LWWMap<String, V> map, Set<String> hashes) {
        LWWMap<String, V> left = map;
        for (String hash : hashes) {
            left = left.remove(self, hash);
        }
        return left;
    }

    /** A write that not all managers acknowledge is stored here, and reaches the others later. */
    private void write(UnaryOperator<LWWMap<String, SessionEntry>> change, Runnable then) {
        sessions.askUpdate(
                replyTo -> new Replicator.Update<>(SESSIONS, LWWMap.create(), ALL_MANAGERS, replyTo, change::apply),
                response -> new Written(response, then));
    }

    private Behavior<Command> onWritten(Written written) {
        if (written.response() instanceof Replicator.ModifyFailure<?> failure) {
            // Without a reply, the request of the browser fails.
            getContext().getLog().error("a change of sessions failed: {}", OneLine.of(failure.cause()));
            return this;
        }
        written.then().run();
        return this;
    }

    private Behavior<Command> onSessions(SessionsChanged changed) {
        if (changed.response() instanceof Replicator.Changed<LWWMap<String, SessionEntry>> now) {
            Map<String, Session> arrived = new HashMap<>();
            now.get(SESSIONS).getEntries().forEach((hash, entry) -> arrived.put(hash, entry.session()));
            replicated = arrived;
            ending.retainAll(arrived.keySet());
            refresh();
        }
        return this;
    }

    /** If the replicated data lack it now, another manager ended it. */
    private Behavior<Command> onSettled(Settled settled) {
        starting.remove(settled.hash());
        refresh();
        return this;
    }

    private void refresh() {
        Map<String, Session> known = new HashMap<>(replicated);
        known.keySet().removeAll(ending);
        known.putAll(starting);
        view.set(known);
    }

    /** Removes the sessions that ended by time. */
    private Behavior<Command> onUpkeep() {
        Instant now = clock.instant();
        Set<String> ended = new HashSet<>();
        view.sessions().values().stream()
                .filter(session -> !view.isActiveAt(session, now))
                .forEach(session -> ended.add(session.hash()));
        if (!ended.isEmpty()) {
            remember(ended);
            write(map -> remove(map, ended), () -> {});
        }
        return this;
    }
}
