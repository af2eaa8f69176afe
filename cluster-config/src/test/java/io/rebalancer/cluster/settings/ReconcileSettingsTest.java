package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each value of reconciliation has one meaning, and a value out of range is refused. */
class ReconcileSettingsTest {

    private static ReconcileSettings settings(String reconcile) {
        return ReconcileSettings.from(
                SettingsFile.over(ConfigFactory.parseString("rebalancer.reconcile { " + reconcile + " }")));
    }

    @Test
    void reconciliationIsOffAndItsDefaultsAreTheDocumentedOnes() {
        ReconcileSettings defaults = settings("");
        assertThat(defaults.enabled()).isFalse();
        assertThat(defaults.fileGrace()).isEqualTo(Duration.ofHours(48));
        assertThat(defaults.recordGrace()).isEqualTo(Duration.ofHours(2));
        assertThat(defaults.clockSkew()).isEqualTo(Duration.ofMinutes(5));
        assertThat(defaults.nodesAtATime()).isEqualTo(4);
        assertThat(defaults.retention()).isEqualTo(Duration.ofDays(90));
    }

    @Test
    void noRunBeginsWithoutAnOrderAndASchedulesDefaultsAreTheDocumentedOnes() {
        assertThat(settings("").schedule())
                .isEqualTo(new RunScheduleSettings(
                        "", ZoneId.of("UTC"), Duration.ofMinutes(30), RunMode.PLAN, false, Set.of(Repair.COPY_AGAIN)));
        assertThat(settings("").schedule().times()).isEmpty();
        RunScheduleSettings set = settings("schedule { cron = \" 0 1 * * 0 \", time-zone = Europe/Berlin, jitter = 0s,"
                        + " mode = observe, read-contents = on, act = [] }")
                .schedule();
        assertThat(set)
                .isEqualTo(new RunScheduleSettings(
                        "0 1 * * 0", ZoneId.of("Europe/Berlin"), Duration.ZERO, RunMode.OBSERVE, true, Set.of()));
        assertThat(set.times()).isEqualTo("0 1 * * 0 Europe/Berlin");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grace.file = 59m | grace.file must be at least 1h",
                "grace.file = -1h | grace.file must be at least 1h",
                "grace.file = 0s, grace.unsafe = on | must be above zero",
                "grace.metadata = 9m | grace.metadata must be at least 10m",
                "clock-skew = 61m | clock-skew must be 0 to 1h",
                "clock-skew = -1s | clock-skew must be 0 to 1h",
                "shard-timeout = 0s | shard-timeout must be above zero",
                "listing-timeout = -1s | listing-timeout must be above zero",
                "nodes-at-a-time = 0 | nodes-at-a-time must be at least 1",
                "copies.least = 0 | copies.least must be at least 1",
                "copies { least = 3, most = 2 } | copies.most at least as many",
                "limits.quarantine-after = 59s | limits.quarantine-after must be at least 1m",
                "sort.memory = 1 KiB | sort.memory must be at least 1 MiB",
                "retention = 0d | retention must be at least 1d",
                "retention = -1d | retention must be at least 1d",
                "retention = 23h | retention must be at least 1d",
                "schedule.time-zone = Atlantis | schedule.time-zone must be a time zone such as UTC or Europe/Berlin, not \"Atlantis\"",
                "schedule.time-zone = \"\" | schedule.time-zone must be a time zone",
                "schedule.jitter = -1s | schedule.jitter must be 0 to 24h",
                "schedule.jitter = 25h | schedule.jitter must be 0 to 24h",
                "schedule.mode = act | schedule.mode must be observe or plan, not \"act\"",
                "schedule.act = [quarantine] | schedule.act may contain copy_again and add_copy, not \"quarantine\": only an operator",
                "schedule.act = [copy_again, purge] | not \"purge\": only an operator",
                "schedule.act = [none] | schedule.act may contain copy_again and add_copy, not \"none\"",
                "schedule.act = [copy] | schedule.act may contain copy_again and add_copy, not \"copy\"",
            })
    void aValueOutOfRangeIsRefusedWithItsName(String value, String detail) {
        assertThatThrownBy(() -> settings(value))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.reconcile")
                .hasMessageContaining(detail);
    }

    @ParameterizedTest
    @CsvSource({
        "limits.copies, -1",
        "limits.quarantines, -1",
        "breaker.missing-ratio, -0.1",
        "breaker.orphan-ratio, 1.1"
    })
    void aLimitOrABreakerOutOfRangeIsRefused(String key, String value) {
        assertThatThrownBy(() -> settings(key + " = " + value)).isInstanceOf(SettingsFault.class);
    }

    /** 0 is no default: it allows no repair of its class, and no difference of clocks. */
    @Test
    void zeroIsUsedAsItIs() {
        ReconcileSettings zero = settings("clock-skew = 0s, limits { copies = 0, quarantines = 0 }");
        assertThat(zero.clockSkew()).isZero();
        assertThat(zero.limits().of(Repair.COPY_AGAIN)).isZero();
        assertThat(zero.limits().of(Repair.QUARANTINE)).isZero();
    }
}
