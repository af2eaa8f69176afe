package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * When runs of reconciliation begin without an order.
 *
 * @param cron five fields of a Unix crontab, or empty text for no such runs. Managers check them at start
 * @param timeZone the time zone of the cron times
 * @param jitter a run begins up to this time after its cron time; 0 to 24h
 * @param mode {@link RunMode#OBSERVE} or {@link RunMode#PLAN}
 * @param readContents whether these runs read the contents of all files too
 * @param act the classes of repairs that are carried out after such a plan; none that moves or deletes files
 */
public record RunScheduleSettings(
        String cron, ZoneId timeZone, Duration jitter, RunMode mode, boolean readContents, Set<Repair> act) {
    private static final Duration MOST_JITTER = Duration.ofHours(24);
    private static final Set<Repair> ALLOWED = Set.of(Repair.COPY_AGAIN, Repair.ADD_COPY);

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public RunScheduleSettings {
        act = Set.copyOf(act);
        require(!jitter.isNegative() && jitter.compareTo(MOST_JITTER) <= 0, "schedule.jitter must be 0 to 24h");
        require(
                mode == RunMode.OBSERVE || mode == RunMode.PLAN,
                "schedule.mode must be observe or plan, not " + mode.word());
        require(ALLOWED.containsAll(act), "schedule.act may contain copy_again and add_copy only");
    }

    /** Cron expression and time zone as one text; empty if no runs begin without an order. */
    public String times() {
        return cron.isEmpty() ? "" : cron + " " + timeZone;
    }

    /** @throws IllegalArgumentException naming the setting that is wrong */
    static RunScheduleSettings from(Config section) {
        Set<Repair> act = new TreeSet<>();
        section.getStringList("act").forEach(word -> act.add(repair(word)));
        return new RunScheduleSettings(
                section.getString("cron").strip(),
                zone(section.getString("time-zone")),
                section.getDuration("jitter"),
                mode(section.getString("mode")),
                section.getBoolean("read-contents"),
                act);
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "schedule.time-zone must be a time zone such as UTC or Europe/Berlin, not \"" + name + "\"", e);
        }
    }

    private static RunMode mode(String word) {
        return List.of(RunMode.OBSERVE, RunMode.PLAN).stream()
                .filter(mode -> mode.word().equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("schedule.mode must be observe or plan, not \"" + word + "\""));
    }

    private static Repair repair(String word) {
        Optional<Repair> known = Arrays.stream(Repair.values())
                .filter(each -> each.word().equals(word))
                .findFirst();
        boolean removes = known.filter(each -> each == Repair.QUARANTINE || each == Repair.PURGE)
                .isPresent();
        return known.filter(ALLOWED::contains)
                .orElseThrow(() -> new IllegalArgumentException(
                        "schedule.act may contain copy_again and add_copy, not \"" + word + "\""
                                + (removes ? ": only an operator may order that files are moved or deleted" : "")));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
