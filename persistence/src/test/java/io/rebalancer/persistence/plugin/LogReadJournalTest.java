package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.Words;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Current and live events by id, tag and slice. */
class LogReadJournalTest {
    private final ActorTestKit kit = ActorTestKit.create(
            "reads",
            TckSettings.config()
                    .withFallback(com.typesafe.config.ConfigFactory.load())
                    .resolve());
    private final TestProbe<Integer> stored = kit.createTestProbe();
    private final LogReadJournal journal =
            PersistenceQuery.get(kit.system()).getReadJournalFor(LogReadJournal.class, LogReadJournalProvider.NAME);

    private ActorRef<String> words(String type, String id) {
        return kit.spawn(new Words(PersistenceId.of(type, id), stored.getRef()));
    }

    private ActorRef<String> one;
    private ActorRef<String> two;

    @BeforeEach
    void storeWords() {
        one = words("Words", "one");
        two = words("Others", "two");
        store(one, "a");
        store(two, "b!");
        store(one, "c!");
        store(one, "d");
    }

    private void store(ActorRef<String> words, String word) {
        words.tell(word);
        stored.receiveMessage();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private <T> List<T> all(org.apache.pekko.stream.javadsl.Source<T, ?> source) throws Exception {
        return source.runWith(Sink.seq(), kit.system()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void eventsByTagAreInOrderAndStartAfterTheOffset() throws Exception {
        List<EventEnvelope> loud = all(journal.currentEventsByTag("loud", Offset.noOffset()));
        assertThat(loud).extracting(EventEnvelope::event).containsExactly("b!", "c!");
        assertThat(all(journal.currentEventsByTag("loud", loud.get(0).offset())))
                .extracting(EventEnvelope::event)
                .containsExactly("c!");
        assertThat(all(journal.currentEventsByTag("words", Offset.sequence(0))))
                .extracting(EventEnvelope::event)
                .containsExactly("a", "b!", "c!", "d");
        assertThat(all(journal.currentEventsByTag("silent", Offset.noOffset()))).isEmpty();
    }

    @Test
    void aLiveStreamByTagContinuesWithNewEvents() throws Exception {
        var three = journal.eventsByTag("loud", Offset.noOffset())
                .take(3)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture();
        store(two, "quiet");
        store(two, "e!");
        assertThat(three.get(20, TimeUnit.SECONDS))
                .extracting(EventEnvelope::event)
                .containsExactly("b!", "c!", "e!");
    }

    @Test
    void slicesPartitionTheEventsOfAnEntityType() throws Exception {
        int found = 0;
        for (var range : journal.sliceRanges(4)) {
            List<org.apache.pekko.persistence.query.typed.EventEnvelope<String>> events = all(
                    journal.<String>currentEventsBySlices("Words", range.first(), range.second(), Offset.noOffset()));
            for (var event : events) {
                assertThat(event.persistenceId()).isEqualTo("Words|one");
                assertThat(event.slice()).isBetween(range.first(), range.second());
            }
            found += events.size();
        }
        assertThat(found).isEqualTo(3);
        var live = journal.<String>eventsBySlices("Others", 0, 1023, Offset.noOffset())
                .take(2)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture();
        store(two, "later");
        assertThat(live.get(20, TimeUnit.SECONDS))
                .extracting(event -> event.event())
                .containsExactly("b!", "later");
    }

    @Test
    void currentAndLiveEventsById() throws Exception {
        assertThat(all(journal.currentEventsByPersistenceId("Words|one", 2, 3)))
                .extracting(EventEnvelope::sequenceNr)
                .containsExactly(2L, 3L);
        assertThat(all(journal.currentPersistenceIds())).containsExactly("Others|two", "Words|one");
        var live = journal.eventsByPersistenceId("Words|one", 0, 4)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture();
        store(one, "fourth");
        assertThat(live.get(20, TimeUnit.SECONDS))
                .as("ends with the requested last event")
                .extracting(EventEnvelope::event)
                .containsExactly("a", "c!", "d", "fourth");
    }
}
