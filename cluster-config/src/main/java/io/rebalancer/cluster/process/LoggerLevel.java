package io.rebalancer.cluster.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets the log level of the rebalancer's packages; libraries keep their levels. */
final class LoggerLevel {

    private LoggerLevel() {}

    /** @param level error, warn, info, debug or trace */
    static void set(String level) {
        if (LoggerFactory.getLogger("io.rebalancer") instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level));
        }
    }
}
