package io.rebalancer.http.v1.jobs;

import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The changes of the fleet as server-sent events: {@code state} when the phase or pass of any job changes, {@code progress} of
 * each running job at most four times a second, {@code storage-node} when a storage node leaves service or returns. A job
 * that is created begins with {@code state}. The data of {@code state} and {@code progress} is the job as
 * {@code GET /api/v1/jobs/ID} shows it, with the counts of its exceptions; each exception is in the stream of its job only.
 *
 * <p>The event id is a {@link FleetPosition}. A client that reconnects with {@code Last-Event-ID} to any manager gets every
 * later change of state once.
 */
public final class FleetEventsRoute extends AllDirectives {
    private static final int MAX_JOBS = 100;

    private final FleetFeed feed;
    private final EventStreams streams;

    public FleetEventsRoute(FleetFeed feed, EventStreams streams) {
        this.feed = feed;
        this.streams = streams;
    }

    public Route routes() {
        return path(
                PathMatchers.separateOnSlashes("api/v1/events"),
                () -> get(() -> parameterOptional("jobs", jobs -> withJobs(jobs.orElse("")))));
    }

    private Route withJobs(String list) {
        Set<UUID> jobs = new HashSet<>();
        for (String id : list.isEmpty() ? List.<String>of() : List.of(list.split(",", -1))) {
            Optional<UUID> job = JobIds.parse(id);
            if (job.isEmpty()) {
                return complete(Problem.of(StatusCodes.BAD_REQUEST, "BAD_JOB_ID", "not a job id (a UUID): " + id));
            }
            jobs.add(job.get());
        }
        return jobs.size() > MAX_JOBS
                ? complete(Problems.badRequest("jobs has " + jobs.size() + " ids, and at most " + MAX_JOBS
                        + " are possible; without jobs the stream has all jobs"))
                : streams.resuming(
                        FleetPosition::parse, after -> streams.stream(paced(feed.updates(after, jobs), after)));
    }

    private static Source<ServerSentEvent, NotUsed> paced(
            Source<FleetUpdate, NotUsed> updates, Optional<FleetPosition> after) {
        return updates.batchWeighted(EventStreams.MAX_MERGED, PacedFleet::weight, PacedFleet::new, PacedFleet::merge)
                .throttle(1, EventStreams.UPDATE_INTERVAL)
                .statefulMap(
                        () -> new FleetCursor(after),
                        (cursor, merged) -> Pair.create(cursor, merged.toServerSentEvents(cursor)),
                        cursor -> Optional.empty())
                .mapConcat(events -> events);
    }
}
