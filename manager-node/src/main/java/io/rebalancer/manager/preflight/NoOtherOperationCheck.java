package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.storage.NodePromise;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Fails if a job empties the storage node already; warns if jobs copy to it. */
final class NoOtherOperationCheck implements PreflightCheck {
    private final JobService jobs;
    private final FleetQueries fleet;

    NoOtherOperationCheck(JobService jobs, FleetQueries fleet) {
        this.jobs = jobs;
        this.fleet = fleet;
    }

    @Override
    public CheckName name() {
        return CheckName.NO_OTHER_OPERATION;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving().thenCombine(jobs.list(), this::ofJobs).thenCompose(stage -> stage);
    }

    private CompletionStage<CheckResult> ofJobs(CopyLocation leaving, List<JobService.Summary> all) {
        Optional<JobService.Summary> active = all.stream()
                .filter(job -> !job.ended()
                        && job.leavingNode().equals(leaving.storageNode().text()))
                .findFirst();
        if (active.isPresent()) {
            return CompletableFuture.completedFuture(CheckResult.fail(
                    name(),
                    "job " + active.get().id() + " already empties " + leaving.storageNode(),
                    "follow that job, or wait until it ends"));
        }
        return fleet.promises()
                .thenApply(promises -> Optional.ofNullable(promises.get(leaving.storageNode())))
                .thenApply(promise -> promise.map(this::incoming)
                        .orElseGet(() -> CheckResult.pass(name(), "no job empties the node, and no job copies to it")));
    }

    private CheckResult incoming(NodePromise promise) {
        return CheckResult.warn(
                name(),
                promise.leases() + " assignments of other jobs, of " + promise.mib() + " MiB, are on their way to "
                        + promise.node(),
                "nothing: these assignments are given up and their objects placed elsewhere when the job begins");
    }
}
