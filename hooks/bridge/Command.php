<?php

declare(strict_types=1);

namespace PuqZimbra;

/**
 * The engine as a command on this machine: JSON on standard input and output.
 *
 * No shell; the arguments and the environment hold nothing of the call.
 */
final class Command
{
    private const READ_AT_ONCE = 65536;

    public function __construct(private string $program)
    {
    }

    /**
     * Run the command; what it printed.
     *
     * @param int $largest bytes that it may print
     *
     * @throws EngineError it could not be run, took too long or printed too much
     */
    public function answer(string $host, string $event, string $body, float $seconds, int $largest): string
    {
        if (!function_exists('proc_open')) {
            throw new EngineError(
                'PHP may not start programs here (proc_open is disabled): reach the mail engine by HTTP instead.'
            );
        }
        $end = microtime(true) + $seconds;
        $pipes = [];
        $process = @proc_open(
            [$this->program, 'hook', $host, $event],
            [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']],
            $pipes,
            '/', // or a puq-zimbra.toml of the web server's folder would count
            self::environment(),
        );
        if (!is_resource($process)) {
            throw new EngineError($this->notRun());
        }
        try {
            $printed = $this->exchange($pipes, $body, $end, $largest);
            $status = $this->ended($process, $end);
        } finally {
            array_map('fclose', $pipes);
            if (proc_get_status($process)['running']) {
                proc_terminate($process, 9);
            }
            proc_close($process);
        }
        if (trim($printed) === '') {
            throw new EngineError(match ($status) {
                126, 127 => $this->notRun(),
                64 => 'The mail engine does not know this function: is it older than the module?',
                default => "The mail engine's command ended with status $status and said nothing.",
            });
        }
        return $printed;
    }

    /**
     * Write and read at once: whoever does one after the other waits for ever once a pipe is full.
     *
     * @param array<int, resource> $pipes
     */
    private function exchange(array &$pipes, string $body, float $end, int $largest): string
    {
        foreach ($pipes as $pipe) {
            stream_set_blocking($pipe, false);
        }
        $printed = '';
        $sent = 0;
        while (isset($pipes[1]) || isset($pipes[2])) {
            $read = array_intersect_key($pipes, [1 => true, 2 => true]);
            $write = array_intersect_key($pipes, [0 => true]);
            $none = null;
            $left = $end - microtime(true);
            if ($left <= 0) {
                throw new EngineError('The mail engine gave no answer in time and was stopped; it is safe to retry.');
            }
            if (@stream_select($read, $write, $none, (int) $left, (int) (fmod($left, 1) * 1e6)) === false) {
                continue;
            }
            foreach ($write as $number => $pipe) {
                $count = @fwrite($pipe, substr($body, $sent, self::READ_AT_ONCE));
                $sent += (int) $count;
                if ($count === false || $sent >= strlen($body)) {
                    fclose($pipe);
                    unset($pipes[$number]);
                }
            }
            foreach ($read as $number => $pipe) {
                $part = (string) fread($pipe, self::READ_AT_ONCE);
                if ($number === 1) {
                    $printed .= $part;
                }
                if (strlen($printed) > $largest) {
                    throw new EngineError("The mail engine's answer is larger than $largest bytes, so it was not read.");
                }
                if ($part === '' && feof($pipe)) {
                    fclose($pipe);
                    unset($pipes[$number]);
                }
            }
        }
        return $printed;
    }

    /** @param resource $process */
    private function ended($process, float $end): int
    {
        do {
            $status = proc_get_status($process);
            if (!$status['running']) {
                return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
            }
            usleep(2000);
        } while (microtime(true) < $end);
        throw new EngineError('The mail engine did not end in time and was stopped; it is safe to retry.');
    }

    private function notRun(): string
    {
        return "The program {$this->program} cannot be run: is it there, and may the web server's user run it?";
    }

    /** @return array<string, string> */
    private static function environment(): array
    {
        $home = getenv('HOME');
        return ['LC_ALL' => 'C.UTF-8', 'PATH' => '/usr/local/bin:/usr/bin:/bin']
            + (is_string($home) && $home !== '' ? ['HOME' => $home] : []);
    }
}
