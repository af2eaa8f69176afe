package io.rebalancer.adm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Explains usage errors. Those of the legacy commands have the format of the legacy tool, which scripts depend on (manta.md
 * section 11, 13.1). Those of all other commands are one line.
 */
final class LegacyUsage {
    static final String PROGRAM = "rebalancer-adm";

    private static final Set<String> LEGACY = Set.of(
            PROGRAM,
            PROGRAM + " job",
            PROGRAM + " job list",
            PROGRAM + " job get",
            PROGRAM + " job create evacuate",
            PROGRAM + " job retry");

    /** In the legacy tool, this command has no arguments but a subcommand. */
    private static final String CREATE = PROGRAM + " job create";

    /** Options that the legacy tool does not have, and that its usage lines do not show. */
    private static final Set<String> ADDED = Stream.concat(
                    Stream.of(OutputOption.NAME, WaitOptions.WAIT, WaitOptions.TIMEOUT), JobListFilter.NAMES.stream())
            .collect(Collectors.toUnmodifiableSet());

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
        String name = command.getCommandSpec().qualifiedName();
        boolean legacy = LEGACY.contains(name) && !concernsAddedOption(fault);
        if (fault instanceof SubcommandMissing) {
            return legacy || name.equals(CREATE)
                    ? version(command) + "\n" + command.getUsageMessage().strip()
                    : "error: " + name + " needs one of the commands "
                            + String.join(", ", command.getSubcommands().keySet()) + "; try " + name + " --help";
        }
        return legacy
                ? "error: " + describe(fault, "\n    ", "\n    ") + "\n\nUSAGE:\n    " + usage(command.getCommandSpec())
                        + "\n\nFor more information try --help"
                : "error: " + describe(fault, " ", ", ") + "; " + name + " --help explains the arguments";
    }

    /** No script depends on the message for an option that the legacy tool does not have. */
    private static boolean concernsAddedOption(ParameterException fault) {
        return fault.getArgSpec() instanceof OptionSpec option && !isOwnOption(option);
    }

    private static String version(CommandLine command) {
        CommandSpec top = command.getCommandSpec().root();
        return String.join(" ", top.version());
    }

    private static String describe(ParameterException fault, String first, String next) {
        if (fault instanceof UnmatchedArgumentException unmatched) {
            return "Found argument '" + unmatched.getUnmatched().get(0)
                    + "' which wasn't expected, or isn't valid in this context";
        }
        if (fault instanceof MissingParameterException missing) {
            return "The following required arguments were not provided:" + first
                    + missing.getMissing().stream().map(LegacyUsage::format).collect(Collectors.joining(next));
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
        return !option.inherited()
                && !option.usageHelp()
                && !option.versionHelp()
                && !ADDED.contains(option.longestName());
    }

    private static String format(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.longestName() + " " + option.paramLabel()
                : argument.paramLabel();
    }
}
