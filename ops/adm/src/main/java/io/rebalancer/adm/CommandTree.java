package io.rebalancer.adm;

import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** Builds the tree of commands, with what all of them share. */
final class CommandTree {
    private static final int HELP_WIDTH = 80;

    private CommandTree() {}

    /** All commands. Each has a help option, and the top command lists the exit codes. */
    static CommandLine create(AdmContext context) {
        return create(context, AdmCommand.COMMANDS);
    }

    /**
     * The commands that a command line may use. If its first word is a command, these are that command and those below it:
     * reading the annotations of all others would take half the time of a start.
     */
    static CommandLine create(AdmContext context, String[] arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        List<Class<?>> named = AdmCommand.COMMANDS.stream()
                .filter(each -> !each.equals(CommandLine.HelpCommand.class)
                        && each.getAnnotation(Command.class).name().equals(first))
                .toList();
        return create(context, named.isEmpty() ? AdmCommand.COMMANDS : named);
    }

    private static CommandLine create(AdmContext context, List<Class<?>> commands) {
        CommandLine top = new CommandLine(new AdmCommand(context));
        commands.forEach(top::addSubcommand);
        addHelp(top);
        top.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.meanings())
                .footer(
                        "%nData is printed on standard output, messages on standard error.",
                        "REBALANCER_URL, REBALANCER_TOKEN_FILE and REBALANCER_OUTPUT set defaults, and so do url,"
                                + " token-file, ca-file and output in ~/.config/rebalancer/adm.conf or the file that"
                                + " REBALANCER_ADM_CONFIG names. Legacy commands print what the legacy tool prints"
                                + " unless a form of output is set.");
        WholeNumber.register(top);
        return top.setOut(context.out())
                .setErr(context.err())
                .registerConverter(OutputFormat.class, text -> word(OutputFormat.class, text))
                .registerConverter(CompletionCommand.Shell.class, text -> word(CompletionCommand.Shell.class, text))
                .setUsageHelpWidth(HELP_WIDTH)
                .setColorScheme(CommandLine.Help.defaultColorScheme(styles(context)))
                .setParameterExceptionHandler((fault, given) -> {
                    context.err().println(LegacyUsage.explain(fault));
                    return wrongUsage(fault).code();
                })
                .setExecutionExceptionHandler((fault, line, parsed) -> {
                    context.err().println("Error: \"" + quotable(message(fault)) + "\"");
                    return fault instanceof CommandFailed failed
                            ? failed.exitCode().code()
                            : ExitCode.FAILURE.code();
                });
    }

    private static void addHelp(CommandLine command) {
        if (!(command.getCommand() instanceof CommandLine.HelpCommand)) {
            // The standard mixin must be there before picocli reads the parameters of methods, which it counts.
            command.getCommandSpec()
                    .addMixin("help", CommandLine.Model.CommandSpec.forAnnotatedObject(new HelpOptions()));
            command.getCommandSpec().versionProvider(new AdmCommand.BuildVersion());
        }
        command.getSubcommands().values().forEach(CommandTree::addHelp);
    }

    /** The constant with this word. The message of picocli would have the names of the constants. */
    private static <E extends Enum<E>> E word(Class<E> type, String text) {
        return EnumSet.allOf(type).stream()
                .filter(each -> each.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new CommandLine.TypeConversionException(
                        "expected one of " + EnumSet.allOf(type) + " but was \"" + text + "\""));
    }

    /** Styles on a terminal, unless the operator wants none: https://no-color.org. */
    private static Ansi styles(AdmContext context) {
        boolean dumb = context.variable("TERM").filter("dumb"::equals).isPresent();
        return context.variable("NO_COLOR").isPresent() || dumb || System.console() == null ? Ansi.OFF : Ansi.ON;
    }

    private static ExitCode wrongUsage(ParameterException fault) {
        CommandLine command = fault.getCommandLine();
        CommandLine group = command.getParent();
        boolean verifies = command.getCommandName().equals("verify")
                && group != null
                && (group.getCommand() instanceof CertificateCommand || group.getCommand() instanceof AuditCommand);
        return verifies ? ExitCode.NOT_VERIFIED : ExitCode.FAILURE;
    }

    /** Quotes in a message would end the quotes around it. A body that is no message is printed as the legacy tool does. */
    private static String quotable(String message) {
        return message.startsWith(ManagerApiClient.PLAIN_RESPONSE) ? message : message.replace('"', '\'');
    }

    /** A failure that no command explains is a defect of the program. */
    private static String message(Exception fault) {
        return fault instanceof CommandFailed
                ? String.valueOf(fault.getMessage())
                : "unexpected failure: " + fault + "; report it with the command line";
    }
}
