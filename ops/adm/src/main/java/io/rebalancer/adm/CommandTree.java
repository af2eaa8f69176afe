package io.rebalancer.adm;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
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
        return create(context, new String[0]);
    }

    /**
     * The commands that a command line may use. If its first word is a command, these are that command and those below it, and if
     * its second word is one too, only that one: reading the annotations of all others would take half the time of a start.
     */
    static CommandLine create(AdmContext context, String[] arguments) {
        CommandLine top = new CommandLine(new AdmCommand(context));
        named(AdmCommand.COMMANDS, word(arguments, 0)).forEach(top::addSubcommand);
        top.getSubcommands().values().forEach(each -> addSubcommands(each, word(arguments, 1)));
        return complete(top, context);
    }

    private static String word(String[] arguments, int index) {
        return arguments.length > index ? arguments[index] : "";
    }

    private static void addSubcommands(CommandLine command, String word) {
        if (command.getCommand() instanceof ManagerCommand group) {
            List<AnnotatedElement> all = new ArrayList<>(group.commands());
            all.addAll(CommandLine.getCommandMethods(group.getClass(), null));
            named(all, word).forEach(command::addSubcommand);
        }
    }

    /**
     * The command with this name. All commands if there is none, because the refusal lists them, and for the name of the command
     * that shows their help.
     */
    private static <E extends AnnotatedElement> List<E> named(List<E> commands, String name) {
        List<E> found = commands.stream()
                .filter(each -> name(each).equals(name) && !each.equals(CommandLine.HelpCommand.class))
                .toList();
        return found.isEmpty() ? commands : found;
    }

    private static String name(AnnotatedElement command) {
        return command.getAnnotation(Command.class).name();
    }

    private static CommandLine complete(CommandLine top, AdmContext context) {
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
