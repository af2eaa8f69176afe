package io.rebalancer.persistence;

import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * Stores words and tells how many it has; keeps a snapshot of every fifth. Words with an exclamation mark are tagged as
 * loud.
 */
public final class Words extends EventSourcedBehavior<String, String, Integer> {
    private final ActorRef<Integer> stored;

    public Words(PersistenceId id, ActorRef<Integer> stored) {
        super(id);
        this.stored = stored;
    }

    @Override
    public Integer emptyState() {
        return 0;
    }

    @Override
    public CommandHandler<String, String, Integer> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onAnyCommand((state, word) -> Effect().persist(word).thenRun((Integer now) -> stored.tell(now)));
    }

    @Override
    public EventHandler<Integer, String> eventHandler() {
        return (state, word) -> state + 1;
    }

    @Override
    public Set<String> tagsFor(String word) {
        return word.endsWith("!") ? Set.of("loud", "words") : Set.of("words");
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(5, 2);
    }
}
