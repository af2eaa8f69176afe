package io.rebalancer.http.server;

import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.port.HeldAssignments.HeldPage;
import io.rebalancer.core.port.HeldAssignments.Line;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobHistory.Page;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Pages of held assignments. The cursor of a page is the id of its last assignment. */
public final class HeldPages {

    private HeldPages() {}

    /** Reads pages of the assignments of an agent. */
    public static Paging.PageQuery<Line> of(HeldAssignments held) {
        return (after, limit) -> {
            Optional<UUID> last = after.flatMap(JobIds::parse);
            return after.isPresent() && last.isEmpty()
                    ? CompletableFuture.failedFuture(new BadCursor(after.get(), null))
                    : held.list(last, limit).thenApply(HeldPages::page);
        };
    }

    private static Page<Line> page(HeldPage page) {
        int size = page.lines().size();
        return new Page<>(
                page.lines(),
                page.more() && size > 0
                        ? Optional.of(page.lines().get(size - 1).id().toString())
                        : Optional.empty());
    }
}
