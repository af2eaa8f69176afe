package io.rebalancer.manager.preflight;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Fails while the operator requires a cleanup of snaplinks before any job. */
final class SnaplinksCheck implements PreflightCheck {
    private final Supplier<LegacySettings> settings;

    /** @param settings the current settings, which may be reloaded */
    SnaplinksCheck(Supplier<LegacySettings> settings) {
        this.settings = settings;
    }

    @Override
    public CheckName name() {
        return CheckName.SNAPLINKS;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return CompletableFuture.completedFuture(
                settings.get().snaplinkCleanupRequired()
                        ? CheckResult.fail(
                                name(),
                                "rebalancer.manager.legacy.snaplink-cleanup-required is on",
                                "clean up the snaplinks, then switch the setting off and reload the file with kill -USR1")
                        : CheckResult.pass(name(), "no cleanup of snaplinks is required"));
    }
}
