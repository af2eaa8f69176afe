package io.rebalancer.http.v1.jobs;

import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.Sender;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.marshalling.sse.EventStreamMarshalling;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A job's changes as server-sent events: {@code state} when its phase or pass changes, {@code progress} at most four
 * times a second, {@code exception} for each record that is skipped or fails. The event id is the job's revision. A client
 * that reconnects with {@code Last-Event-ID} gets every later event. If it was away for long, or its manager was replaced,
 * it gets the current state instead of the events between; the exceptions among them are in
 * {@code /api/v1/jobs/ID/exceptions}.
 *
 * <p>The data of {@code state} and {@code progress} is the job as {@code GET /api/v1/jobs/ID} shows it. Its member
 * {@code waiting} is not stored: while a job has clients, a manager asks the job every two seconds, once for all of them,
 * and sends {@code progress} with the same event id when the answer has changed. {@code waiting} is absent after the end of
 * the job, and while the job does not reply.
 *
 * <p>A manager serves a limited number of streams at a time. A stream ends soon after the client's token is revoked or expires.
 *
 * <p>A slow client slows only its own stream. If it is too slow, the stream ends with the event {@code dropped}, which
 * states why; the client can reconnect.
 */
public final class JobEventsRoute extends AllDirectives {
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);
    private static final long MAX_MERGED = 10_000;
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(250);

    private final JobFeed feed;
    private final EventStreamLimit limit;
    private final Duration heartbeatInterval;

    /** @param maxStreams streams that are served at a time; a further request gets 503 */
    public JobEventsRoute(JobFeed feed, int maxStreams) {
        this(feed, maxStreams, HEARTBEAT_INTERVAL);
    }

    /** @param heartbeatInterval a client that has gone away is found at the next heartbeat at the latest */
    JobEventsRoute(JobFeed feed, int maxStreams, Duration heartbeatInterval) {
        this.feed = feed;
        this.limit = new EventStreamLimit(maxStreams);
        this.heartbeatInterval = heartbeatInterval;
    }

    Route route(UUID jobId) {
        return extractRequest(request -> route(jobId, Sender.of(request)));
    }

    private Route route(UUID jobId, Sender sender) {
        return optionalHeaderValueByName(
                "Last-Event-ID",
                header -> parameterOptional("lastEventId", parameter -> {
                    Optional<String> text = header.isPresent() ? header : parameter;
                    OptionalLong after;
                    try {
                        after = text.map(each -> OptionalLong.of(Long.parseLong(each.strip())))
                                .orElseGet(OptionalLong::empty);
                    } catch (NumberFormatException e) {
                        return complete(Problem.of(
                                StatusCodes.BAD_REQUEST,
                                "BAD_LAST_EVENT_ID",
                                "Last-Event-ID must be the id of an event of this stream (a number), not "
                                        + text.orElse("")));
                    }
                    if (limit.isReached()) {
                        return complete(
                                Problem.of(StatusCodes.SERVICE_UNAVAILABLE, "TOO_MANY_EVENT_STREAMS", tooMany()));
                    }
                    return onComplete(
                            feed.open(jobId),
                            found -> found.isSuccess()
                                    ? stream(jobId, found.get(), after, sender)
                                    : complete(Problems.of(found.failed().get())));
                }));
    }

    private Route stream(UUID jobId, Optional<JobFeed.Changes> found, OptionalLong after, Sender sender) {
        if (found.isEmpty()) {
            return complete(Problems.jobNotFound(jobId));
        }
        JobUpdate job = found.get().start();
        boolean ended = job.state().phase().terminal();
        if (ended && after.isPresent() && after.getAsLong() >= job.revision()) {
            // The job has no further events. After 204, an EventSource does not reconnect.
            return complete(HttpResponse.create().withStatus(StatusCodes.NO_CONTENT));
        }
        Source<ServerSentEvent, NotUsed> events = limit.counted(
                events(jobId, found.get().updates(after)),
                Source.single(dropped(new JobFeed.SubscriberDropped(tooMany()))));
        return completeOK(sender.whileAccepted(events), EventStreamMarshalling.toEventStream());
    }

    private String tooMany() {
        return "this manager serves " + limit.max() + " event streams, and no further one now (http.max-event-streams);"
                + " repeat the request later, or ask another manager";
    }

    private Source<ServerSentEvent, NotUsed> events(UUID jobId, Source<JobUpdate, NotUsed> updates) {
        return updates.statefulMap(
                        PacedUpdates.ChangeDetector::new,
                        (detector, update) -> Pair.create(detector, detector.next(update)),
                        detector -> Optional.empty())
                .batchWeighted(MAX_MERGED, PacedUpdates.Change::weight, PacedUpdates::new, PacedUpdates::merge)
                .throttle(1, PROGRESS_INTERVAL)
                .mapConcat(merged -> merged.toServerSentEvents(jobId))
                .recover(new PFBuilder<Throwable, ServerSentEvent>()
                        .match(JobFeed.SubscriberDropped.class, JobEventsRoute::dropped)
                        .build())
                .keepAlive(heartbeatInterval, ServerSentEvent::heartbeat);
    }

    /** Without an id, so that a client reconnects with the id of the last event that it got. */
    private static ServerSentEvent dropped(JobFeed.SubscriberDropped reason) {
        return ServerSentEvent.create(
                Json.write(Map.of("detail", String.valueOf(reason.getMessage()))),
                Optional.of("dropped"),
                Optional.empty(),
                OptionalInt.empty());
    }
}
