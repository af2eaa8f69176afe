package io.rebalancer.manager.reconcile;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.rebalancer.cluster.settings.RunScheduleSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.reconcile.CronTimes;
import io.rebalancer.core.text.OneLine;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A cron expression as in a Unix crontab: minute, hour, day of month, month and day of week. The library gets local times only;
 * changes of the clocks are the matter of {@link CronTimes}.
 */
public final class CronExpression implements CronTimes.LocalTimes {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    /** From here on an expression that has times has one: also one for the 29th of February. */
    private static final LocalDateTime ANY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

    private final ExecutionTime times;

    private CronExpression(ExecutionTime times) {
        this.times = times;
    }

    /** @throws IllegalArgumentException if it is none, or has no times; the message states why */
    static CronExpression parse(String text) {
        CronExpression expression =
                new CronExpression(ExecutionTime.forCron(PARSER.parse(text).validate()));
        if (expression.next(ANY_TIME).isEmpty()) {
            throw new IllegalArgumentException("there is no such date");
        }
        return expression;
    }

    /**
     * Checks the expression of a schedule, if it has one.
     *
     * @throws SettingsFault if it is none, with advice
     */
    public static void check(RunScheduleSettings schedule) {
        if (schedule.cron().isEmpty()) {
            return;
        }
        try {
            parse(schedule.cron());
        } catch (IllegalArgumentException e) {
            throw new SettingsFault(
                    "setting in rebalancer.reconcile: schedule.cron must be empty, or have the five fields of"
                            + " a Unix crontab (minute, hour, day of month, month, day of week) such as \"0 1 * * *\", not \""
                            + schedule.cron() + "\": " + OneLine.of(e));
        }
    }

    @Override
    public Optional<LocalDateTime> next(LocalDateTime time) {
        return times.nextExecution(utc(time.truncatedTo(ChronoUnit.MINUTES))).map(ZonedDateTime::toLocalDateTime);
    }

    @Override
    public Optional<LocalDateTime> previous(LocalDateTime time) {
        LocalDateTime minute = time.truncatedTo(ChronoUnit.MINUTES);
        LocalDateTime end = minute.equals(time) ? minute : minute.plusMinutes(1);
        return times.lastExecution(utc(end)).map(ZonedDateTime::toLocalDateTime);
    }

    private static ZonedDateTime utc(LocalDateTime time) {
        return time.atZone(ZoneOffset.UTC);
    }
}
