/*
 * machine.c - runs one statically linked Linux program on a bare processor: tools/emulator.py boots it.
 *
 * Just enough of a system for a program that reads its input, computes and writes its answer. The disk has
 *
 *   sector 0            boot.S and this file
 *   sector JOB_SECTOR   the job
 *   after it            the program, its input, room for the answer, each from a sector of its own
 */
#include <asm/prctl.h>
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#define SECTOR 512
#define JOB_SECTOR 64
#define MEGABYTE (1 << 20)

/* Memory, in the one gigabyte that boot.S maps; the program has its own place below BREAK. */
#define BREAK ((uint8_t *)(64 * MEGABYTE))
#define BREAK_END ((uint8_t *)(512 * MEGABYTE))
#define STACK_END ((uint8_t *)(528 * MEGABYTE))
#define ANSWER ((uint8_t *)(528 * MEGABYTE))
#define ANSWER_END ((uint8_t *)(656 * MEGABYTE))
#define INPUT ((uint8_t *)(656 * MEGABYTE)) /* the file of the program first */

union {
    struct {
        uint64_t program_bytes, input_bytes; /* read */
        uint64_t finished, exit_code, answer_bytes; /* written */
    };
    uint8_t sector[SECTOR];
} job;

void enter_program(uint64_t entry, const uint64_t *stack);

static uint8_t *program_break = BREAK, *answer = ANSWER, *input, *input_end;

/* ---- ports, the disk ----------------------------------------------------------------------------- */

static void out_byte(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in_byte(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void copy(uint8_t *to, const uint8_t *from, uint64_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* Wait until the disk is not busy and, if asked, has or wants data. */
static void wait_disk(int for_data)
{
    for (;;) {
        const uint8_t status = in_byte(0x1F7);
        if (!(status & 0x80) && (!for_data || (status & 0x08)))
            return;
    }
}

/* Read (command 0x20) or write (0x30) sectors; return the sector after them. */
static uint32_t transfer(uint8_t command, uint32_t sector, void *memory, uint64_t bytes)
{
    const uint32_t end = sector + (uint32_t)((bytes + SECTOR - 1) / SECTOR);
    while (sector < end) {
        const uint32_t count = end - sector < 255 ? end - sector : 255;
        wait_disk(0);
        out_byte(0x1F2, (uint8_t)count);
        out_byte(0x1F3, (uint8_t)sector);
        out_byte(0x1F4, (uint8_t)(sector >> 8));
        out_byte(0x1F5, (uint8_t)(sector >> 16));
        out_byte(0x1F6, (uint8_t)(0xE0 | sector >> 24));
        out_byte(0x1F7, command);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t words = SECTOR / 2;
            wait_disk(1);
            if (command == 0x20)
                __asm__ volatile("rep insw" : "+D"(memory), "+c"(words) : "d"(0x1F0) : "memory");
            else
                __asm__ volatile("rep outsw" : "+S"(memory), "+c"(words) : "d"(0x1F0) : "memory");
        }
        sector += count;
    }
    wait_disk(0);
    return end;
}

/* ---- system calls -------------------------------------------------------------------------------- */

static int64_t write_bytes(uint64_t file, const uint8_t *from, uint64_t bytes)
{
    if (file != 1) {
        for (uint64_t i = 0; i < bytes; i++)
            out_byte(0xE9, from[i]); /* the emulator prints it */
        return (int64_t)bytes;
    }
    if (bytes > (uint64_t)(ANSWER_END - answer))
        return -ENOSPC;
    copy(answer, from, bytes);
    answer += bytes;
    return (int64_t)bytes;
}

static int64_t write_parts(uint64_t file, const struct iovec *parts, uint64_t count)
{
    int64_t bytes = 0;
    for (uint64_t i = 0; i < count; i++)
        bytes += write_bytes(file, parts[i].iov_base, parts[i].iov_len);
    return bytes;
}

static int64_t read_bytes(uint8_t *to, uint64_t bytes)
{
    if (bytes > (uint64_t)(input_end - input))
        bytes = (uint64_t)(input_end - input);
    copy(to, input, bytes);
    input += bytes;
    return (int64_t)bytes;
}

__attribute__((noreturn)) static void finish(uint64_t exit_code)
{
    uint32_t sector = JOB_SECTOR + 1;
    sector += (uint32_t)((job.program_bytes + SECTOR - 1) / SECTOR);
    sector += (uint32_t)((job.input_bytes + SECTOR - 1) / SECTOR);
    job.finished = 1;
    job.exit_code = exit_code;
    job.answer_bytes = (uint64_t)(answer - ANSWER);
    transfer(0x30, sector, ANSWER, job.answer_bytes);
    transfer(0x30, JOB_SECTOR, job.sector, SECTOR);
    for (const char *letter = "Shutdown"; *letter; letter++)
        out_byte(0x8900, (uint8_t)*letter);
    for (;;)
        __asm__ volatile("hlt");
}

static int64_t tell_time(struct timespec *time)
{
    const uint64_t nanoseconds = __builtin_ia32_rdtsc(); /* as good as any: nothing depends on it */
    time->tv_sec = (time_t)(nanoseconds / 1000000000);
    time->tv_nsec = (long)(nanoseconds % 1000000000);
    return 0;
}

static int64_t set_thread_pointer(uint64_t address)
{
    __asm__ volatile("wrmsr" : : "c"(0xC0000100), "a"((uint32_t)address), "d"((uint32_t)(address >> 32)));
    return 0;
}

/* The system calls of a C library that starts, allocates, reads, writes and ends; it can do without others. */
int64_t machine_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    switch (number) {
    case SYS_read:
        return a == 0 ? read_bytes((uint8_t *)b, c) : -EBADF;
    case SYS_write:
        return write_bytes(a, (const uint8_t *)b, c);
    case SYS_writev: /* how the C library says why it gives up */
        return write_parts(a, (const struct iovec *)b, c);
    case SYS_brk: /* malloc takes all from here when there is no mmap; it never shrinks, so what is new is zeros */
        if ((uint8_t *)a > program_break && (uint8_t *)a <= BREAK_END)
            program_break = (uint8_t *)a;
        return (int64_t)program_break;
    case SYS_arch_prctl:
        return a == ARCH_SET_FS ? set_thread_pointer(b) : -EINVAL;
    case SYS_clock_gettime:
        return tell_time((struct timespec *)b);
    case SYS_mprotect: /* every page may be written and run */
    case SYS_sched_yield:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
        return 0;
    case SYS_tgkill: /* of itself, by abort() */
        finish(128 + c);
    case SYS_exit:
    case SYS_exit_group:
        finish(a);
    default:
        return -ENOSYS;
    }
}

/* ---- the program --------------------------------------------------------------------------------- */

/* Copy the segments of an executable file to where they belong; return where it begins. */
static uint64_t load_program(const uint8_t *file)
{
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    const Elf64_Phdr *part = (const Elf64_Phdr *)(file + head->e_phoff);
    for (int i = 0; i < head->e_phnum; i++)
        /* Memory is all zeros at the start, so the rest of a segment need not be cleared. */
        if (part[i].p_type == PT_LOAD)
            copy((uint8_t *)part[i].p_vaddr, file + part[i].p_offset, part[i].p_filesz);
    return head->e_entry;
}

void machine(void)
{
    uint32_t sector = transfer(0x20, JOB_SECTOR, job.sector, SECTOR);
    uint8_t *file = INPUT;
    sector = transfer(0x20, sector, file, job.program_bytes);
    input = file + (job.program_bytes + SECTOR - 1) / SECTOR * SECTOR;
    input_end = input + job.input_bytes;
    transfer(0x20, sector, input, job.input_bytes);

    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    const uint64_t entry = load_program(file);
    /* What Linux puts on the stack: no arguments, no environment, the auxiliary vector. */
    uint64_t *stack = (uint64_t *)(STACK_END - 4096);
    const uint64_t first[] = {
        0, 0, 0,
        AT_PHDR, (uint64_t)(file + head->e_phoff), AT_PHENT, head->e_phentsize, AT_PHNUM, head->e_phnum,
        AT_PAGESZ, 4096, AT_ENTRY, entry, AT_SECURE, 0, AT_RANDOM, (uint64_t)(STACK_END - 16), AT_NULL, 0,
    };
    copy((uint8_t *)stack, (const uint8_t *)first, sizeof first);
    enter_program(entry, stack);
}
