package io.rebalancer.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.settings.EffectiveSetting.Origin;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which value holds, who set it, and what lowers it. */
class SettingRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Configured CONFIGURED = new Configured(
            Map.of(SettingName.COMMIT_PARALLELISM, 16L, SettingName.ASSIGNMENTS_IN_FLIGHT, 24L),
            Set.of(SettingName.ASSIGNMENTS_IN_FLIGHT));

    private static Choices chosen(SettingName name, long value, String by) {
        return Choices.NONE.after(SettingsChange.of(name, value), by, NOW);
    }

    private static EffectiveSetting effective(SettingName name, Choices fleet, Choices job, long totalWeight) {
        return SettingRules.effective(name, CONFIGURED, fleet, job, new WeightTotals(totalWeight, 0));
    }

    @Test
    void withoutAChoiceTheConfiguredValueHolds() {
        EffectiveSetting parallelism = effective(SettingName.COMMIT_PARALLELISM, Choices.NONE, Choices.NONE, 1);
        assertThat(parallelism.value()).contains(16L);
        assertThat(parallelism.origin()).isEqualTo(Origin.DEFAULT);
        EffectiveSetting inFlight = effective(SettingName.ASSIGNMENTS_IN_FLIGHT, Choices.NONE, Choices.NONE, 1);
        assertThat(inFlight.origin()).isEqualTo(Origin.FILE);
        assertThat(effective(SettingName.BYTES_PER_SECOND, Choices.NONE, Choices.NONE, 1)
                        .value())
                .as("no limit")
                .isEmpty();
    }

    @Test
    void theChoiceForTheJobNamesWhoMadeIt() {
        EffectiveSetting own = effective(
                SettingName.COMMIT_PARALLELISM, Choices.NONE, chosen(SettingName.COMMIT_PARALLELISM, 40, "ada"), 1);
        assertThat(own)
                .isEqualTo(new EffectiveSetting(
                        SettingName.COMMIT_PARALLELISM,
                        Optional.of(40L),
                        Origin.API,
                        Optional.of("ada"),
                        Optional.of(NOW),
                        Optional.empty()));
    }

    @Test
    void theFleetsLimitIsSharedByWeight() {
        Choices fleet = chosen(SettingName.BYTES_PER_SECOND, 700_000_000, "bob");
        Choices job = chosen(SettingName.WEIGHT, 2, "ada");
        EffectiveSetting share = effective(SettingName.BYTES_PER_SECOND, fleet, job, 7);
        assertThat(share.value()).contains(200_000_000L);
        assertThat(share.setBy()).contains("bob");
        assertThat(share.clampedBy().orElseThrow()).contains("700000000").contains("2 of 7 shares");
    }

    @Test
    void theSmallerLimitHolds() {
        Choices fleet = chosen(SettingName.COMMIT_PARALLELISM, 100, "bob");
        EffectiveSetting own =
                effective(SettingName.COMMIT_PARALLELISM, fleet, chosen(SettingName.COMMIT_PARALLELISM, 20, "ada"), 2);
        assertThat(own.value()).contains(20L);
        assertThat(own.clampedBy()).isEmpty();
        EffectiveSetting clamped =
                effective(SettingName.COMMIT_PARALLELISM, fleet, chosen(SettingName.COMMIT_PARALLELISM, 90, "ada"), 2);
        assertThat(clamped.value()).contains(50L);
        assertThat(clamped.clampedBy().orElseThrow()).contains("without it the value would be 90");
    }

    @Test
    void aSmallShareIsNeverNothing() {
        Choices fleet = chosen(SettingName.COMMIT_PARALLELISM, 2, "bob");
        assertThat(effective(SettingName.COMMIT_PARALLELISM, fleet, Choices.NONE, 1000)
                        .value())
                .contains(1L);
    }

    /** The space broker may not know this job yet. */
    @Test
    void aTotalWeightThatLacksTheJobItselfGivesIt() {
        Choices fleet = chosen(SettingName.COMMIT_PARALLELISM, 10, "bob");
        assertThat(effective(SettingName.COMMIT_PARALLELISM, fleet, Choices.NONE, 0)
                        .value())
                .contains(10L);
    }

    @Test
    void theWeightHasNoLimitOfTheFleet() {
        EffectiveSetting weight = effective(SettingName.WEIGHT, Choices.NONE, Choices.NONE, 7);
        assertThat(weight.value()).contains(1L);
        assertThat(SettingRules.effective(CONFIGURED, Choices.NONE, Choices.NONE, WeightTotals.UNKNOWN))
                .extracting(EffectiveSetting::name)
                .containsExactly(SettingName.values());
    }

    @Test
    void slowShardsLowerTheParallelism() {
        EffectiveSetting own = effective(SettingName.COMMIT_PARALLELISM, Choices.NONE, Choices.NONE, 1);
        assertThat(SettingRules.adapt(own, 16)).isEqualTo(own);
        EffectiveSetting adapted = SettingRules.adapt(own, 3);
        assertThat(adapted.value()).contains(3L);
        assertThat(adapted.origin()).isEqualTo(Origin.ADAPTIVE);
        assertThat(adapted.clampedBy().orElseThrow()).contains("3 calls", "would be 16");
    }

    /** Agents serve in order, so what is in flight decides the shares. */
    @Test
    void aLightJobHasFewerAssignmentsInFlightThanTheHeaviest() {
        Choices job = chosen(SettingName.WEIGHT, 2, "ada");
        EffectiveSetting light = SettingRules.effective(
                SettingName.ASSIGNMENTS_IN_FLIGHT, CONFIGURED, Choices.NONE, job, new WeightTotals(7, 4));
        assertThat(light.value()).contains(12L);
        assertThat(light.origin()).isEqualTo(Origin.FILE);
        assertThat(light.clampedBy().orElseThrow()).contains("the weight 2", "has 4", "would be 24");
        EffectiveSetting heaviest = SettingRules.effective(
                SettingName.ASSIGNMENTS_IN_FLIGHT, CONFIGURED, Choices.NONE, job, new WeightTotals(3, 2));
        assertThat(heaviest.value()).contains(24L);
        assertThat(heaviest.clampedBy()).isEmpty();
    }

    @Test
    void bothWindowsHaveToBeOpen() {
        Choices open = window("mon-sun 00:00-24:00");
        Choices closed = window("mon 00:00-00:01");
        assertThat(SettingRules.closedWindow(open, open, NOW)).isEmpty();
        assertThat(SettingRules.closedWindow(Choices.NONE, Choices.NONE, NOW)).isEmpty();
        assertThat(SettingRules.closedWindow(closed, open, NOW)).isEqualTo(closed.window());
        assertThat(SettingRules.closedWindow(open, closed, NOW)).isEqualTo(closed.window());
    }

    private static Choices window(String range) {
        Window window = new Window(ZoneId.of("UTC"), List.of(WeeklyRange.parse(range)), Set.of());
        return Choices.NONE.after(SettingsChange.of(window), "bob", NOW);
    }

    @Test
    void aValueOutOfRangeIsRefusedWithTheRange() {
        assertThatThrownBy(() -> SettingsChange.of(SettingName.COMMIT_PARALLELISM, 251))
                .hasMessage("commitParallelism must be a whole number from 1 to 250, not 251");
        assertThatThrownBy(() -> new SettingsChange(
                        Map.of(SettingName.WEIGHT, 2L), Set.of(SettingName.WEIGHT), Optional.empty(), false))
                .hasMessageContaining("set and reset");
    }
}
