package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.explain.Blocker;
import io.rebalancer.core.explain.JobBlockers;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What holds a job.
 *
 * @param bottleneck the stage that limits the job, as a stable word: {@code scan}, {@code placement}, {@code agents},
 *     {@code commits}, {@code window}, {@code cap} or {@code none}
 * @param figures the figures that show it, as readable text
 * @param unblock what an operator can do about it
 * @param rates what the stages did in the last minute
 * @param blockers all that holds the job, the heaviest first
 */
record BlockersView(
        UUID jobId,
        String state,
        String bottleneck,
        String figures,
        String unblock,
        StageRates rates,
        List<BlockerView> blockers) {

    /**
     * One blocker.
     *
     * @param stage the stage that it holds; {@code none} if it holds no stage
     * @param records the records that it holds; absent if that is not known
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record BlockerView(
            String stage,
            String cause,
            Optional<Instant> since,
            Optional<Instant> until,
            Optional<Long> records,
            String detail,
            String unblock) {

        static BlockerView of(Blocker blocker) {
            return new BlockerView(
                    StableWord.of(blocker.stage()),
                    blocker.cause(),
                    blocker.since(),
                    blocker.until(),
                    Optional.of(blocker.records()).filter(count -> count > 0),
                    blocker.detail(),
                    blocker.unblock());
        }
    }

    static BlockersView of(UUID jobId, JobBlockers found) {
        return new BlockersView(
                jobId,
                found.phase().name(),
                StableWord.of(found.bottleneck()),
                found.figures(),
                found.advice(),
                found.rates(),
                found.blockers().stream().map(BlockerView::of).toList());
    }
}
