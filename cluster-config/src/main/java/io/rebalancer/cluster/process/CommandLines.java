package io.rebalancer.cluster.process;

import io.rebalancer.cluster.settings.UserFacingError;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Runs a subcommand; whatever goes wrong is one line on standard error. */
public final class CommandLines {
    private static final int FAILED = 1;

    private CommandLines() {}

    /** Parses, runs, and ends the process with the command's exit code: 2 for a usage error. */
    public static void runAndExit(Callable<Integer> command, String... arguments) {
        System.exit(run(command, arguments));
    }

    /** The same without ending the process. */
    public static int run(Callable<Integer> command, String... arguments) {
        return new CommandLine(command)
                .setParameterExceptionHandler((fault, given) -> {
                    CommandLine line = fault.getCommandLine();
                    line.getErr()
                            .println("rebalancer " + line.getCommandSpec().qualifiedName() + ": " + oneLine(fault)
                                    + " (try --help)");
                    return line.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((fault, line, parsed) -> {
                    if (!(fault instanceof UserFacingError)) {
                        LoggerFactory.getLogger(CommandLines.class).error("{} failed", line.getCommandName(), fault);
                    }
                    line.getErr()
                            .println("rebalancer " + line.getCommandSpec().qualifiedName() + ": " + oneLine(fault));
                    return FAILED;
                })
                .execute(arguments);
    }

    private static String oneLine(Exception fault) {
        String text = fault.getMessage() == null ? fault.toString() : fault.getMessage();
        return text.replaceAll("\\s+", " ");
    }
}
