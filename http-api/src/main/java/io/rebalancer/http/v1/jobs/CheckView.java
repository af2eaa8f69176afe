package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.preflight.CheckResult;
import java.util.List;

/**
 * The result of a check before a job is created.
 *
 * @param name a stable word, which {@code force} takes
 * @param outcome {@code PASS}, {@code WARN} or {@code FAIL}
 * @param advice what to do; absent if there is nothing to do
 * @param waivable whether {@code force} may name it
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record CheckView(String name, String outcome, String detail, String advice, boolean waivable) {

    static CheckView of(CheckResult result) {
        return new CheckView(
                result.name().word(),
                result.outcome().name(),
                result.detail(),
                result.advice(),
                result.name().isWaivable());
    }

    static List<CheckView> all(List<CheckResult> results) {
        return results.stream().map(CheckView::of).toList();
    }
}
