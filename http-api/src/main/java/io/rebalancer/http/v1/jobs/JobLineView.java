package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.port.JobHistory.JobLine;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One job in the list of jobs, as one flat JSON object. */
record JobLineView(
        UUID id,
        String leavingNode,
        String datacenter,
        String state,
        String reason,
        Instant createdAt,
        Optional<Instant> endedAt,
        int pass,
        long epoch,
        @JsonUnwrapped CountsView counts) {

    static JobLineView of(JobLine line) {
        return new JobLineView(
                line.id(),
                line.leavingNode(),
                line.datacenter(),
                line.state(),
                line.reason(),
                line.createdAt(),
                line.endedAt(),
                line.pass(),
                line.epoch(),
                CountsView.of(line.counts()));
    }
}
