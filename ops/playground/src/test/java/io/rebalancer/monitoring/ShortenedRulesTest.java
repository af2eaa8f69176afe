package io.rebalancer.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShortenedRulesTest {
    @Test
    void timesAreDividedAndAllElseStays() {
        assertThat(ShortenedRules.of("""
                expr: sum(rate(a_total[10m])) > 0.05 and max by (job) (b_age_seconds) > 900
                for: 1m
                expr: c_queue_age_seconds > 1
                expr: d_expiry_seconds < 14 * 86400
                for: 1h
                description: "after 10m"
                """)).isEqualTo("""
                expr: sum(rate(a_total[20000ms])) > 0.05 and max by (job) (b_age_seconds) > 30
                for: 2000ms
                expr: c_queue_age_seconds > 1
                expr: d_expiry_seconds < 14 * 86400
                for: 120000ms
                description: "after 10m"
                """);
    }

    @Test
    void onlyTimesOfTheFilesDiffer() throws Exception {
        for (Path file : MonitoringFiles.ruleFiles()) {
            String rules = Files.readString(file);
            String shortened = ShortenedRules.of(rules);
            assertThat(shortened).isNotEqualTo(rules);
            assertThat(withoutTimes(shortened)).isEqualTo(withoutTimes(rules));
        }
    }

    private static String withoutTimes(String rules) {
        return rules.replaceAll("(?m)((?:for: )|\\[)\\d+(?:ms|[smh])\\b", "$1TIME")
                .replaceAll("(seconds\\)? > )[\\d.]+", "$1LIMIT");
    }
}
