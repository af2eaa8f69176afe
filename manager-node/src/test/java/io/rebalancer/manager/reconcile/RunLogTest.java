package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Runs log a few lines, however many copies can't be looked at or repaired. */
@Tag("slow")
class RunLogTest extends RepairFixture {
    private static final int COPIES = 450;
    /** A run begins and ends, on one manager. */
    private static final int MOST_LINES = 4;

    private final Logger logger = (Logger) LoggerFactory.getLogger(ReconciliationRun.class.getPackageName());
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void record() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void endRecord() {
        logger.detachAppender(lines);
    }

    private List<String> linesOfRun() {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** #8 */
    @Test
    void copiesThatCannotBeLookedAtAreCountedAndNotLogged() {
        for (int i = 0; i < COPIES; i++) {
            store(i, ONE, TWO);
            files(ONE).remove(key(i));
            files(ONE).hide(key(i));
        }
        RunState ended = observe(ONE);
        assertThat(report(ended, ONE).skipped().unknown()).isEqualTo(COPIES);
        assertThat(linesOfRun()).isNotEmpty().hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    /** #9 */
    @Test
    void repairsThatFailAreCountedAndNotLogged() {
        for (int i = 0; i < COPIES; i++) {
            files(ONE).put(key(i), 5, OLD);
            files(ONE).setMovable(key(i), false);
        }
        store(1000, TWO, THREE);
        RunOrder order = planOverridden(ONE);
        lines.list.clear();
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.QUARANTINE).failed()).isEqualTo(COPIES);
        assertThat(linesOfRun()).isNotEmpty().hasSizeLessThanOrEqualTo(MOST_LINES);
    }
}
