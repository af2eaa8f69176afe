package io.rebalancer.http.v1.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.http.ApiServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class EventStreamLimitTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(200);

    @BeforeEach
    void start() throws Exception {
        ApiServer.serve(
                "bare-route",
                new JobEventsRoute(new Endless(), new EventStreams(2, HEARTBEAT_INTERVAL, TIMEOUT))
                        .route(new UUID(0, 1)));
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
    }

    /** Streams that stay open until their client goes away. */
    private static final class Endless implements JobFeed {
        private static final JobUpdate START = JobUpdate.current(
                1,
                JobState.EMPTY
                        .apply(new JobEvent.JobCreated(
                                new CopyLocation("dc1", new StorageNodeId("1.stor.d")), 0, Instant.EPOCH))
                        .outline());

        @Override
        public CompletionStage<Optional<Changes>> open(UUID jobId) {
            return CompletableFuture.completedFuture(Optional.of(new Changes() {
                @Override
                public JobUpdate start() {
                    return START;
                }

                @Override
                public Source<JobUpdate, NotUsed> updates(OptionalLong afterRevision) {
                    return Source.single(START).concat(Source.never());
                }
            }));
        }
    }

    /** Opens a stream; its body is open if the status is 200. */
    private static HttpResponse<InputStream> open() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + ApiServer.port + "/events");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void aFurtherStreamIsRefusedUntilOneHasEnded() throws Exception {
        HttpResponse<InputStream> first = open();
        HttpResponse<InputStream> second = open();
        // The first byte shows that a stream runs, so that it counts.
        assertThat(first.body().read()).isPositive();
        assertThat(second.body().read()).isPositive();
        HttpResponse<InputStream> third = open();
        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.headers().firstValue("Retry-After")).isPresent();
        assertThat(new String(third.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("TOO_MANY_EVENT_STREAMS", "http.max-event-streams");
        first.body().close();
        await().atMost(TIMEOUT).until(() -> {
            HttpResponse<InputStream> again = open();
            boolean served = again.statusCode() == 200;
            if (!served) {
                again.body().close();
            }
            return served;
        });
        second.body().close();
    }

    /** Two requests may pass the first check together. */
    @Test
    void aStreamThatStartsTooLateIsReplaced() {
        EventStreamLimit limit = new EventStreamLimit(1);
        Source<String, NotUsed> counted = limit.counted(Source.single("served"), Source.single("refused"));
        Source<String, NotUsed> both = limit.counted(
                Source.single("outer")
                        .concat(Source.lazySource(() -> counted).mapMaterializedValue(later -> NotUsed.getInstance())),
                Source.single("refused"));
        assertThat(run(both)).containsExactly("outer", "refused");
        // A stream is counted until after its last element.
        await().atMost(TIMEOUT).until(() -> !limit.isReached());
        assertThat(run(counted)).containsExactly("served");
    }

    private static List<String> run(Source<String, NotUsed> source) {
        return source.runWith(Sink.seq(), ApiServer.system())
                .toCompletableFuture()
                .join();
    }
}
