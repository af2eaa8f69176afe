package io.rebalancer.persistence;

import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * Stores words, and replies with the number of words after each. It takes a snapshot after every fifth word, and tags words
 * with an exclamation mark as loud.
 */
public final class Words extends EventSourcedBehavior<String, String, Integer> {
    private final ActorRef<Integer> wordCounts;

    public Words(PersistenceId id, ActorRef<Integer> wordCounts) {
        super(id);
        this.wordCounts = wordCounts;
    }

    @Override
    public Integer emptyState() {
        return 0;
    }

    @Override
    public CommandHandler<String, String, Integer> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onAnyCommand((count, word) ->
                        Effect().persist(word).thenRun((Integer newCount) -> wordCounts.tell(newCount)));
    }

    @Override
    public EventHandler<Integer, String> eventHandler() {
        return (count, word) -> count + 1;
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
