/* The MSI's one action of its own: nothing is changed while the program runs.

   Immediate, before anything is removed. The words come from the property RUNNINGMESSAGE, the name
   of the mutex from RUNNINGMARK (operator_app/running_mark.py). */
#include <windows.h>
#include <msi.h>
#include <msiquery.h>

#define LONGEST 512

static BOOL property(MSIHANDLE session, const WCHAR *name, WCHAR *value)
{
    DWORD length = LONGEST;
    return MsiGetPropertyW(session, name, value, &length) == ERROR_SUCCESS && value[0];
}

__declspec(dllexport) UINT __stdcall RefuseWhileRunning(MSIHANDLE session)
{
    WCHAR mark[LONGEST], words[LONGEST];
    HANDLE running;
    MSIHANDLE record;

    if (!property(session, L"RUNNINGMARK", mark))
        return ERROR_INSTALL_FAILURE;
    running = OpenMutexW(SYNCHRONIZE, FALSE, mark);
    /* Of another user: not to be opened, but there. */
    if (!running && GetLastError() != ERROR_ACCESS_DENIED)
        return ERROR_SUCCESS;
    if (running)
        CloseHandle(running);
    if (property(session, L"RUNNINGMESSAGE", words) && (record = MsiCreateRecord(1))) {
        MsiRecordSetStringW(record, 0, words);
        MsiProcessMessage(session, INSTALLMESSAGE_ERROR, record);
        MsiCloseHandle(record);
    }
    return ERROR_INSTALL_FAILURE;
}
