package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.cluster.settings.RunScheduleSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.reconcile.CronTimes;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronExpressionTest {

    private static RunScheduleSettings schedule(String cron) {
        return ReconcileSettings.from(SettingsFile.over(
                        ConfigFactory.parseString("rebalancer.reconcile.schedule.cron = \"" + cron + "\"")))
                .schedule();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 1 * * *      | 2026-06-10T00:59:59 | 2026-06-10T01:00",
                "0 1 * * *      | 2026-06-10T01:00    | 2026-06-11T01:00",
                "*/15 * * * *   | 2026-06-10T01:00:01 | 2026-06-10T01:15",
                "30 4 * * 0     | 2026-06-10T00:00    | 2026-06-14T04:30",
                "30 4 * * 7     | 2026-06-10T00:00    | 2026-06-14T04:30",
                "0 0 1,15 * *   | 2026-06-10T00:00    | 2026-06-15T00:00",
                "0 0 1 * 1      | 2026-06-10T00:00    | 2026-06-15T00:00",
                "0 22-23 * * 1-5| 2026-06-12T23:00    | 2026-06-15T22:00",
                "0 0 29 2 *     | 2026-06-10T00:00    | 2028-02-29T00:00",
            })
    void theNextTimeIsThatOfTheCrontab(String cron, String after, String expected) {
        CronExpression expression = CronExpression.parse(cron);
        LocalDateTime next = LocalDateTime.parse(expected);
        assertThat(expression.next(LocalDateTime.parse(after))).contains(next);
        assertThat(expression.previous(next.plusNanos(1))).contains(next);
        assertThat(expression.previous(next).orElseThrow()).isBefore(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/20 * * * *", "7 1-5 * * *", "30 2 * * 0", "0 0 1,20 * 3"})
    void backwardIsTheReverseOfForward(String cron) {
        CronTimes times = new CronTimes(CronExpression.parse(cron), ZoneId.of("Europe/Berlin"));
        Instant from = Instant.parse("2026-02-01T00:00:30Z");
        Instant to = Instant.parse("2026-11-20T00:00:00Z");
        List<Instant> forward = new ArrayList<>();
        for (Instant at = times.next(from).orElseThrow();
                at.isBefore(to);
                at = times.next(at).orElseThrow()) {
            forward.add(at);
        }
        List<Instant> backward = new ArrayList<>();
        for (Instant at = times.previous(to).orElseThrow();
                at.isAfter(from);
                at = times.previous(at).orElseThrow()) {
            backward.add(at);
        }
        Collections.reverse(backward);
        assertThat(backward).isEqualTo(forward).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 1 * *",
                "0 1 * * * *",
                "61 1 * * *",
                "0 25 * * *",
                "@daily",
                "at night",
                "0 0 30 2 *",
                "0 0 * * 8"
            })
    void anythingElseIsRefusedWithTheNameOfTheSetting(String cron) {
        assertThatThrownBy(() -> CronExpression.check(schedule(cron)))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.reconcile: schedule.cron must be empty, or have the five fields")
                .hasMessageContaining("not \"" + cron + "\": ");
    }

    @Test
    void noExpressionIsNoFault() {
        assertThatCode(() -> CronExpression.check(schedule(""))).doesNotThrowAnyException();
        assertThatCode(() -> CronExpression.check(schedule("0 1 * * *"))).doesNotThrowAnyException();
    }
}
