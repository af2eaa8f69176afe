package io.rebalancer.core.preflight;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a job may be created.
 *
 * @param results the results of all checks
 * @param failed the checks that failed and are not waived
 * @param waived the checks that failed and are waived
 */
public record PreflightVerdict(List<CheckResult> results, List<CheckName> failed, List<CheckName> waived) {

    public PreflightVerdict {
        results = List.copyOf(results);
        failed = List.copyOf(failed);
        waived = List.copyOf(waived);
    }

    /** @param waivers the checks that the operator waives; without effect on checks that pass or can't be waived */
    public static PreflightVerdict of(List<CheckResult> results, Set<CheckName> waivers) {
        List<CheckName> failed = results.stream()
                .filter(each -> each.outcome() == CheckResult.Outcome.FAIL)
                .map(CheckResult::name)
                .toList();
        List<CheckName> waived = failed.stream()
                .filter(each -> each.isWaivable() && waivers.contains(each))
                .toList();
        return new PreflightVerdict(
                results, failed.stream().filter(each -> !waived.contains(each)).toList(), waived);
    }

    public boolean allowsJob() {
        return failed.isEmpty();
    }

    /** The results that an operator has to read: all but those that passed. */
    public List<CheckResult> notPassed() {
        return results.stream()
                .filter(each -> each.outcome() != CheckResult.Outcome.PASS)
                .toList();
    }

    /** The failed checks and what to do, in one line. */
    public String refusal() {
        return results.stream()
                .filter(each -> failed.contains(each.name()))
                .map(each -> each.name().word() + ": " + each.detail())
                .collect(Collectors.joining("; "));
    }
}
