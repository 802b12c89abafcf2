/*
 * boot.S - from the reset of a PC to a 64-bit processor with AVX-512, in its first sector; the gate of system calls.
 *
 * The BIOS loads the sector to 0x7C00 and leaves the number of the disk in dl.
 */
    .set PAGE_TABLES, 0x1000
    .set MACHINE_STACK, 0x7C00
    .set MACHINE_SECTORS, 63 /* of machine.c, after this one: up to 0xFC00 */

    .code16
    .globl _start
_start:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $MACHINE_STACK, %sp
    movw $packet, %si
    movb $0x42, %ah
    int $0x13
    jc halt

    /* Memory is mapped to itself: one page of a gigabyte, under two tables. */
    movw $PAGE_TABLES, %di
    xorl %eax, %eax
    movw $2048, %cx
    rep stosl
    movl $PAGE_TABLES + 0x1003, PAGE_TABLES
    movl $0x83, PAGE_TABLES + 0x1000
    movl $PAGE_TABLES, %eax
    movl %eax, %cr3

    movl $0x40620, %eax /* OSXSAVE, OSXMMEXCPT, OSFXSR, PAE */
    movl %eax, %cr4
    movl $0xC0000080, %ecx /* EFER: long mode, syscall */
    rdmsr
    orl $0x101, %eax
    wrmsr
    lgdt gdt_pointer
    movl $0x80000023, %eax /* paging, NE, MP, protected mode; not EM, not TS */
    movl %eax, %cr0
    ljmp $8, $long_mode
halt:
    hlt
    jmp halt

    .code64
long_mode:
    fninit
    xorl %ecx, %ecx
    xorl %edx, %edx
    movl $0xE7, %eax /* XCR0: x87, SSE, AVX, and the three states of AVX-512 */
    xsetbv
    movl $0xC0000081, %ecx /* STAR: the code segment of system calls */
    xorl %eax, %eax
    movl $8, %edx
    wrmsr
    incl %ecx /* LSTAR: where they go */
    movl $system_call, %eax
    xorl %edx, %edx
    wrmsr
    jmp machine

    .balign 8
gdt:
    .quad 0
    .quad 0x00AF9A000000FFFF /* code, 64 bits */
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .long gdt
packet: /* of the BIOS: size, sectors, where to, first sector */
    .byte 16, 0
    .word MACHINE_SECTORS
    .word 0x7E00, 0
    .quad 1
    .org 510
    .word 0xAA55

/* The program runs at the machine's own level of privilege, so a call is a jump there and back. */
    .text
system_call:
    movq %rsp, program_stack
    movl $MACHINE_STACK, %esp
    pushq %rcx /* where the program goes on */
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    movq %rdx, %rcx
    movq %rsi, %rdx
    movq %rdi, %rsi
    movq %rax, %rdi
    call machine_call
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdx
    popq %rsi
    popq %rdi
    popq %rcx
    movq program_stack, %rsp
    jmp *%rcx

    .globl enter_program /* void enter_program(entry, stack) */
enter_program:
    movq %rsi, %rsp
    xorl %edx, %edx
    jmp *%rdi

    .bss
program_stack:
    .quad 0
    .section .note.GNU-stack, "", @progbits
