package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import java.util.concurrent.CompletionStage;

/** One check before a job is created. It changes nothing. */
interface PreflightCheck {

    CheckName name();

    /** What the check found. A failure means that the check has no answer; its message states why. */
    CompletionStage<CheckResult> run(PreflightSubject subject);
}
