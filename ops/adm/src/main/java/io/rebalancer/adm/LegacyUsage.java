package io.rebalancer.adm;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains usage errors in the format of the legacy tool, which scripts depend on (manta.md section 11, 13.1). */
final class LegacyUsage {
    static final String PROGRAM = "rebalancer-adm";

    private LegacyUsage() {}

    /** The command line ends at a command that needs a subcommand. The help lists the subcommands. */
    static final class SubcommandMissing extends ParameterException {
        private static final long serialVersionUID = 1L;

        SubcommandMissing(CommandLine command) {
            super(command, "a subcommand is required");
        }
    }

    /** Explains the fault as text for standard error. */
    static String explain(ParameterException fault) {
        CommandLine command = fault.getCommandLine();
        if (fault instanceof SubcommandMissing) {
            return version(command) + "\n" + command.getUsageMessage().strip();
        }
        return "error: " + describe(fault) + "\n\nUSAGE:\n    " + usage(command.getCommandSpec())
                + "\n\nFor more information try --help";
    }

    private static String version(CommandLine command) {
        CommandSpec top = command.getCommandSpec().root();
        return String.join(" ", top.version());
    }

    private static String describe(ParameterException fault) {
        if (fault instanceof UnmatchedArgumentException unmatched) {
            return "Found argument '" + unmatched.getUnmatched().get(0)
                    + "' which wasn't expected, or isn't valid in this context";
        }
        if (fault instanceof MissingParameterException missing) {
            return "The following required arguments were not provided:\n"
                    + missing.getMissing().stream()
                            .map(each -> "    " + format(each))
                            .collect(Collectors.joining("\n"));
        }
        return String.valueOf(fault.getMessage());
    }

    private static String usage(CommandSpec command) {
        List<String> words = new ArrayList<>(List.of(command.qualifiedName()));
        boolean optional = command.options().stream().anyMatch(each -> !each.required() && isOwnOption(each));
        if (optional) {
            words.add("[OPTIONS]");
        }
        command.options().stream().filter(OptionSpec::required).forEach(each -> words.add(format(each)));
        command.positionalParameters().forEach(each -> words.add(format(each)));
        if (!command.subcommands().isEmpty()) {
            words.add("<SUBCOMMAND>");
        }
        return String.join(" ", words);
    }

    private static boolean isOwnOption(OptionSpec option) {
        return !option.inherited() && !option.usageHelp() && !option.versionHelp();
    }

    private static String format(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.longestName() + " " + option.paramLabel()
                : argument.paramLabel();
    }
}
