package io.rebalancer.manager.access;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.access.TokenEvent;
import io.rebalancer.core.access.TokenState;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Keeps {@link CurrentTokens} up to date from the journal, so that a manager checks tokens also while it can't reach the
 * registry. While the journal can't be read, the tokens that are known stay valid until they expire.
 */
public final class TokenReplica extends AbstractBehavior<TokenReplica.Command> {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    /** Messages of the replica to itself. */
    public interface Command {}

    private enum Follow implements Command {
        INSTANCE
    }

    private record Ended(Throwable cause) implements Command {}

    /**
     * The tokens after an event.
     *
     * @param revision the number of the event
     */
    private record Folded(long revision, TokenState state) {
        static final Folded NOTHING = new Folded(0, TokenState.EMPTY);

        Folded after(long number, Object event) {
            return new Folded(number, state.apply((TokenEvent) event));
        }
    }

    private final TimerScheduler<Command> timers;
    private final JournalReader journal;
    private final CurrentTokens current;
    private int failures;

    /** Reads what the journal has now. Completes when {@code current} knows it. */
    public static CompletionStage<Done> load(ActorSystem<?> system, JournalReader journal, CurrentTokens current) {
        return journal.stored(Entities.TOKENS_ID)
                .runWith(
                        Sink.fold(Folded.NOTHING, (folded, event) -> folded.after(event.sequenceNr(), event.event())),
                        system)
                .thenApply(folded -> {
                    current.update(folded.revision(), folded.state());
                    return Done.getInstance();
                });
    }

    /** @param current is kept up to date */
    public static Behavior<Command> create(JournalReader journal, CurrentTokens current) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new TokenReplica(context, timers, journal, current)));
    }

    private TokenReplica(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JournalReader journal,
            CurrentTokens current) {
        super(context);
        this.timers = timers;
        this.journal = journal;
        this.current = current;
        context.getSelf().tell(Follow.INSTANCE);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Follow.class, follow -> onFollow())
                .onMessage(Ended.class, this::onEnded)
                .build();
    }

    /** From the first event: there are few, and a state that was folded from all of them can't be wrong. */
    private Behavior<Command> onFollow() {
        long start = current.revision();
        CompletionStage<Done> ended = journal.follow(Entities.TOKENS_ID, 1)
                .scan(Folded.NOTHING, (folded, event) -> folded.after(event.sequenceNr(), event.event()))
                .filter(folded -> folded.revision() >= Math.max(1, start))
                .runWith(
                        Sink.foreach(folded -> {
                            failures = 0;
                            current.update(folded.revision(), folded.state());
                        }),
                        getContext().getSystem());
        getContext()
                .pipeToSelf(
                        ended,
                        (done, failure) ->
                                new Ended(failure == null ? new IllegalStateException("the stream ended") : failure));
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        Duration delay = BACKOFF.delay(failures++);
        getContext()
                .getLog()
                .warn(
                        "changes of tokens are not read from the journal: {}; the tokens that are known stay valid;"
                                + " retrying in {} ms",
                        OneLine.of(Failures.rootCause(ended.cause())),
                        delay.toMillis());
        timers.startSingleTimer(Follow.INSTANCE, delay);
        return this;
    }
}
