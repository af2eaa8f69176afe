package io.rebalancer.http.v1.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that do not take the events of their streams. */
@Tag("slow")
class SlowClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ActorTestKit kit = ActorTestKit.create("slow-client");

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private static List<ServerSentEvent> readAll(SinkQueueWithCancel<ServerSentEvent> client) throws Exception {
        List<ServerSentEvent> events = new ArrayList<>();
        Optional<ServerSentEvent> next = client.pull().toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        while (next.isPresent()) {
            events.add(next.get());
            next = client.pull().toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
        return events;
    }

    @Test
    void aClientThatTakesNothingWhileAnEventWaitsIsDroppedAndLearnsWhy() throws Exception {
        EventStreams streams = new EventStreams(1, Duration.ofMinutes(1), Duration.ofMillis(200));
        CompletableFuture<Done> ended = new CompletableFuture<>();
        Source<ServerSentEvent, NotUsed> endless = Source.repeat(ServerSentEvent.create("x"))
                .watchTermination((mat, done) -> {
                    done.whenComplete((end, failure) -> ended.complete(Done.getInstance()));
                    return mat;
                });
        SinkQueueWithCancel<ServerSentEvent> client =
                streams.endingWithReason(endless).runWith(Sink.queue(), kit.system());
        assertThatCode(() -> ended.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as("nothing is kept for the client")
                .doesNotThrowAnyException();
        List<ServerSentEvent> events = readAll(client);
        assertThat(events.get(events.size() - 1).getEventType()).contains("dropped");
        assertThat(events.get(events.size() - 1).getData()).contains("took no event");
        assertThat(events.get(events.size() - 1).getId()).isEmpty();
    }

    @Test
    void aClientThatReadsAStreamWithoutEventsIsNotDropped() throws Exception {
        EventStreams streams = new EventStreams(1, Duration.ofMillis(100), Duration.ofMillis(50));
        List<ServerSentEvent> heartbeats = streams.endingWithReason(Source.never())
                .take(5)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThat(heartbeats).hasSize(5).allMatch(event -> event.getEventType().isEmpty());
    }

    /** However long a client does not read, one progress waits for it. */
    @Test
    void progressIsMergedAndOnlyOtherEventsCount() {
        JobState job = JobState.EMPTY.apply(
                new JobEvent.JobCreated(new CopyLocation("dc1", new StorageNodeId("1.stor.d")), 0, Instant.EPOCH));
        JobUpdate state = JobUpdate.current(1, job.outline());
        assertThat(PacedUpdates.weight(state)).isEqualTo(1);
        assertThat(PacedUpdates.weight(state.asProgress())).isZero();
        PacedUpdates merged = new PacedUpdates(state);
        for (int i = 2; i < 1000; i++) {
            merged.merge(JobUpdate.of(i, job.outline(), List.of(), false));
        }
        assertThat(merged.toServerSentEvents(new UUID(1, 1), JobPosition.after(0)))
                .extracting(event ->
                        event.getEventType().orElseThrow() + event.getId().orElseThrow())
                .containsExactly("state1", "progress999");
    }
}
