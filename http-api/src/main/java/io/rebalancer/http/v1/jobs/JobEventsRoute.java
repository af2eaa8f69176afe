package io.rebalancer.http.v1.jobs;

import io.rebalancer.http.server.Problems;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A job's changes as server-sent events: {@code state} when its phase or pass changes, {@code progress} at most four
 * times a second, {@code exception} for each record that is skipped or fails. The event id is a {@link JobPosition}. A client
 * that reconnects with {@code Last-Event-ID} to any manager gets every later event once. Only if the events after its
 * position are not stored any more, it gets the current state instead; the exceptions among them are in
 * {@code /api/v1/jobs/ID/exceptions}.
 *
 * <p>The data of {@code state} and {@code progress} is the job as {@code GET /api/v1/jobs/ID} shows it. Its member
 * {@code waiting} is not stored: while a job has clients, a manager asks the job every two seconds, once for all of them,
 * and sends {@code progress} with the same event id when the answer has changed. {@code waiting} is absent after the end of
 * the job, and while the job does not reply.
 *
 * <p>A slow client slows only its own stream; see {@link EventStreams}.
 */
public final class JobEventsRoute extends AllDirectives {
    private final JobFeed feed;
    private final EventStreams streams;

    public JobEventsRoute(JobFeed feed, EventStreams streams) {
        this.feed = feed;
        this.streams = streams;
    }

    Route route(UUID jobId) {
        return streams.resuming(
                JobPosition::parse,
                after -> onComplete(
                        feed.open(jobId),
                        found -> found.isSuccess()
                                ? stream(jobId, found.get(), after)
                                : complete(Problems.of(found.failed().get()))));
    }

    private Route stream(UUID jobId, Optional<JobFeed.Changes> found, Optional<JobPosition> after) {
        if (found.isEmpty()) {
            return complete(Problems.jobNotFound(jobId));
        }
        JobUpdate job = found.get().start();
        OptionalLong complete = after.map(JobPosition::completeRevision).orElseGet(OptionalLong::empty);
        boolean ended = job.state().phase().terminal();
        if (ended && complete.isPresent() && complete.getAsLong() >= job.revision()) {
            // The job has no further events. After 204, an EventSource does not reconnect.
            return complete(HttpResponse.create().withStatus(StatusCodes.NO_CONTENT));
        }
        return streams.stream(paced(jobId, found.get().updates(complete), after.orElseGet(() -> JobPosition.after(0))));
    }

    private static Source<ServerSentEvent, NotUsed> paced(
            UUID jobId, Source<JobUpdate, NotUsed> updates, JobPosition after) {
        return updates.batchWeighted(
                        EventStreams.MAX_MERGED, PacedUpdates::weight, PacedUpdates::new, PacedUpdates::merge)
                .throttle(1, EventStreams.UPDATE_INTERVAL)
                .mapConcat(merged -> merged.toServerSentEvents(jobId, after));
    }
}
