package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.JobFilter;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problems;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/jobs}: jobs, newest first unless {@code order} is {@code oldest}, page by page. The parameters {@code state}, which may be repeated, {@code storageNode}
 * and {@code datacenter} choose jobs.
 */
final class JobListRoute extends AllDirectives {
    private static final Set<JobPhase> STATES = EnumSet.complementOf(EnumSet.of(JobPhase.NONE));

    private final JobHistory history;

    JobListRoute(JobHistory history) {
        this.history = history;
    }

    Route route() {
        return parameterMultiMap(parameters -> {
            Set<JobPhase> states = EnumSet.noneOf(JobPhase.class);
            for (String word : parameters.getOrDefault("state", List.of())) {
                Optional<JobPhase> state =
                        STATES.stream().filter(each -> each.name().equals(word)).findFirst();
                if (state.isEmpty()) {
                    return complete(
                            Problems.badRequest("no such state: " + word + "; the states of jobs are " + words()));
                }
                states.add(state.get());
            }
            JobFilter filter =
                    new JobFilter(states, first(parameters.get("storageNode")), first(parameters.get("datacenter")));
            return Paging.page(
                    "jobs",
                    ListOrder.NEWEST,
                    (order, after, limit) -> history.jobs(filter, order, after, limit),
                    JobLineView::of);
        });
    }

    private static Optional<String> first(@Nullable List<String> values) {
        return values == null ? Optional.empty() : values.stream().findFirst();
    }

    private static String words() {
        return STATES.stream().map(JobPhase::name).collect(Collectors.joining(", "));
    }
}
